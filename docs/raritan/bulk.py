"""Makes many calls in one HTTP request: up to 300, each answer of the type of the call itself.

`get` raises the error of its call. `rpc.answered_field` is None if the call failed or the device
did not send the field. The vendor's `rpc.BulkRequestHelper` and `rpc.perform_bulk` are there too.
"""

from dcimanager_pdu_handlers.raritan import rpc
from dcimanager_pdu_handlers.raritan.rpc import pdumodel
from unit import agent

outlets = pdumodel.Pdu("/model/pdu/0", agent).getOutlets()
bulk = rpc.Bulk(agent)
states = [bulk.add(outlet.getState) for outlet in outlets]
names = [bulk.add(outlet.getSettings) for outlet in outlets]
bulk.perform()
for name, state in zip(names, states):
    word = state.get().powerState.name if state.get().available else "unknown"
    is_load_shed = rpc.answered_field(state, "isLoadShed")
    print(name.get().name or "(no name)", word, is_load_shed)

# It prints, on a simulated PX3:
# web-1 PS_OFF False
# web-2 PS_OFF False
# (no name) PS_OFF False
# (no name) PS_ON False
