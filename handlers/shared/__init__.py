"""What handlers share. An archive contains the modules that it needs.

- errors, login_texts: one tree of errors, and what they say of a wrong login
- meter_figures, ceilings, decimals: a figure, or why there is none; sums
- unknown_states: why a state is not known, in sentences
- switching: one write, then readings until its state is proven
- settings, address, labels, similar_names: what an owner types, and how outlets are called
- tls, tls_handshake, socket_wait: certificates and time limits
- printed_forms, request_counter: the forms in which a secret may be printed; requests of a call
"""
