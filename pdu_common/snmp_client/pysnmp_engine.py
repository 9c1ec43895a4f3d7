"""pysnmp's engine, made in a fraction of the processor time that pysnmp itself takes.

Its requests over v1 and v2c outlast answers that do not fit them, and end with answers that pysnmp
cannot decode.
"""

from __future__ import annotations

from functools import cache
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec
from typing import Any, Optional

from pyasn1.error import PyAsn1Error
from pysnmp.entity.engine import SnmpEngine
from pysnmp.proto import errind
from pysnmp.proto.error import ProtocolError, StatusInformation
from pysnmp.proto.rfc3412 import MsgAndPduDispatcher
from pysnmp.smi.builder import MibBuilder
from pysnmp.smi.instrum import MibInstrumController

from . import pdus
from .ber import Malformed

# in the order in which MibBuilder searches them
_PACKAGES = ("pysnmp.smi.mibs", "pysnmp.smi.mibs.instances")
# the message processing models of v1 and v2c (RFC 3411, SnmpMessageProcessingModel)
_WITH_COMMUNITIES = (0, 1)


def new_engine() -> Any:
    """An SnmpEngine with pysnmp's own MIB modules."""
    engine = SnmpEngine(msgAndPduDsp=MsgAndPduDispatcher(MibInstrumController(new_builder())))
    for model in _WITH_COMMUNITIES:
        _keep_requests(engine.message_processing_subsystems[model])
    return engine


def _keep_requests(model: Any) -> None:
    """Makes a message processing model keep a request whose answer it rejects, and end one whose
    answer it cannot decode.

    pysnmp 7.1.30 removes the request with the answer's request-id, and only then compares the
    communities. After an answer with another community that the engine uses, it ignored the right
    one. It ignores an answer with one wrong value; here that becomes an error indication with the
    attribute `message`, as `pdus` decodes it.
    """
    requests, prepare = model._cache, model.prepare_data_elements
    remove = requests.pop_by_message_id
    removed: dict[int, Any] = {}

    def pop_by_message_id(number: int) -> Any:
        removed[number] = request = remove(number)
        return request

    def prepare_data_elements(engine: object, domain: object, peer: object, data: bytes) -> Any:
        removed.clear()
        try:
            return prepare(engine, domain, peer, data)
        except StatusInformation:
            for number, request in removed.items():
                requests.push_by_message_id(number, **request)
            raise
        except PyAsn1Error:
            try:
                message = pdus.decode_message(data)
                request = remove(message.pdu.request_id)
            except (Malformed, ProtocolError):
                raise StatusInformation from None
            indication = errind.ErrorIndication("an answer that pysnmp cannot decode")
            indication.message = message
            raise StatusInformation(
                errorIndication=indication, sendPduHandle=request["sendPduHandle"]
            ) from None

    requests.pop_by_message_id = pop_by_message_id
    model.prepare_data_elements = prepare_data_elements


def new_builder() -> Any:
    """A MibBuilder that loads pysnmp's own MIB modules from Python's bytecode cache.

    pysnmp alone compiles each of them twice.
    """
    builder = MibBuilder()
    compile_and_load = builder.load_module

    def load_module(name: str, **context: object) -> Any:
        spec = _module(name)
        if spec is None or spec.loader is None:
            return compile_and_load(name, **context)
        if name not in builder.mibSymbols:
            module = module_from_spec(spec)
            vars(module).update(mibBuilder=builder, userCtx=context)
            spec.loader.exec_module(module)
        return builder

    builder.load_module = load_module
    return builder


@cache
def _module(name: str) -> Optional[ModuleSpec]:
    """The spec of one of pysnmp's own MIB modules, None for others.

    Most names have a hyphen, so `import` cannot load them.
    """
    return next(filter(None, (find_spec(f"{package}.{name}") for package in _PACKAGES)), None)
