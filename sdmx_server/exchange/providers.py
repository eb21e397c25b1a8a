"""Who may deliver data of a dataflow: the providers that have an agreement for it.

A dataflow without any agreement takes data from everybody.

Source: SDMX 3.1 Information Model, section 9 (ProvisionAgreement).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from sdmx_server.dataset import PROVIDER
from sdmx_server.exchange import faults
from sdmx_server.exchange.catalogue import Catalogue
from sdmx_server.exchange.validation_columns import place
from sdmx_server.exchange.validation_inspection import MOST
from sdmx_server.exchange.vocabulary import Vocabulary
from sdmx_server.model.cells import array_of, encoded
from sdmx_server.model.datastructure import Dataflow, ProvisionAgreement
from sdmx_server.model.delivery import Delivery, Fault, Place, complain
from sdmx_server.model.urn import parse_urn


def providers_of(context: Dataflow | ProvisionAgreement, catalogue: Catalogue) -> tuple[str, ...]:
    """Return who may deliver, as ``AGENCY.PROVIDER``; empty where nothing is agreed.

    For an agreement that is its provider alone.
    """
    users = (
        [context]
        if isinstance(context, ProvisionAgreement)
        else catalogue.get(catalogue.parents([context.urn]))
    )
    agreements = [user for user in users if isinstance(user, ProvisionAgreement)]
    return tuple(sorted({_provider(each) for each in agreements if each.data_provider}))


def with_provider(delivery: Delivery, allowed: Sequence[str]) -> Delivery:
    """Return the delivery with its provider, where only one can be meant."""
    if delivery.provider is not None or PROVIDER in delivery.columns or len(allowed) != 1:
        return delivery
    return replace(delivery, provider=allowed[0])


def check_providers(delivery: Delivery, allowed: Sequence[str]) -> Iterator[Fault]:
    """Yield a fault for each row whose provider has no agreement, or one for the delivery.

    Past ``MOST`` the rows of a column are one fault that counts them.
    """
    if not allowed:
        return
    known = Vocabulary({provider: {} for provider in allowed})
    if PROVIDER not in delivery.columns:
        if delivery.provider is not None and delivery.provider not in allowed:
            yield _unknown(delivery.provider, Place(delivery.file, sheet=delivery.sheet), known)
        return
    column = encoded(array_of(delivery.columns[PROVIDER]))
    unknown = pc.invert(pc.is_in(column.dictionary, pa.array(allowed, pa.string())))
    rows: list[int] = pc.indices_nonzero(unknown.take(column.indices)).to_pylist()
    for row in rows[:MOST]:
        yield _unknown(column[row].as_py(), place(delivery, row, PROVIDER), known)
    if len(rows) > MOST:
        yield complain(
            faults.FURTHER,
            place(delivery, rows[MOST], PROVIDER),
            count=len(rows) - MOST,
            last=delivery.rows[rows[-1]],
            code=faults.UNKNOWN_PROVIDER.code,
            column=PROVIDER,
        )


def _unknown(provider: str, where: Place, known: Vocabulary) -> Fault:
    nearest = known.nearest(provider)
    return complain(faults.UNKNOWN_PROVIDER, where, provider, nearest, **known.hints(()))


def _provider(agreement: ProvisionAgreement) -> str:
    parts = parse_urn(agreement.data_provider or "")
    return f"{parts.agency_id}.{parts.item}"
