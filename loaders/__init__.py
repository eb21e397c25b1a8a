"""Loaders: from files as people keep them to deliveries that the server checks.

Each module has one verb, ``load``, that returns deliveries or raises ``DeliveryFaults`` with
every fault at its place. Nothing is guessed: what a text means stands in a mapping file.
"""
