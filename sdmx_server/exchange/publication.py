"""Publish structures and observations: everything that was delivered, or nothing.

Source: SDMX 3.1 Technical Notes, section on dataset actions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from datetime import datetime
from typing import TypeVar

from sdmx_server.dataset import Action, ResolvedStructure
from sdmx_server.errors import SemanticError, Unavailable
from sdmx_server.exchange import validation
from sdmx_server.exchange.context import context_of
from sdmx_server.exchange.cube import dataset_of
from sdmx_server.exchange.intake import Parts, stage
from sdmx_server.exchange.metadata_replacement import omission
from sdmx_server.exchange.providers import check_providers, providers_of, with_provider
from sdmx_server.exchange.resolution import layout_of, resolve
from sdmx_server.exchange.stores import Stores
from sdmx_server.exchange.submission import at_odds_with_data
from sdmx_server.model.artefact import Maintainable
from sdmx_server.model.datastructure import ProvisionAgreement
from sdmx_server.model.delivery import Delivery, DeliveryFaults, Fault
from sdmx_server.storage.database import Overtaken
from sdmx_server.storage.publication import Publication
from sdmx_server.storage.versions import DatasetVersion

Published = TypeVar("Published")

_ATTEMPTS = 8


def publish_structures(artefacts: Iterable[Maintainable], stores: Stores, at: datetime) -> int:
    """Publish artefacts as one; return how many have changed.

    Raises:
        SemanticError: if a data structure that data are stored by would come to mean other
            columns under the same version.
        Unavailable: if the database cannot be written to now.
    """
    new = list(artefacts)

    def attempt() -> int:
        revision = stores.observations.revision().number
        for artefact in new:
            reason = at_odds_with_data(artefact, stores)
            if reason is not None:
                raise SemanticError(f"{artefact.urn} {reason}")
        return stores.artefacts.put(new, at, observations=revision)

    return _undisturbed(attempt)


def _undisturbed(attempt: Callable[[], Published]) -> Published:
    """Check and publish anew where what was checked against has changed meanwhile.

    Raises:
        Unavailable: if that happens again and again.
    """
    for _ in range(_ATTEMPTS):
        with suppress(Overtaken):
            return attempt()
    raise Unavailable("Much is being published at this moment; publish this again.")


def publish(deliveries: Sequence[Delivery], stores: Stores, at: datetime) -> list[DatasetVersion]:
    """Check deliveries and publish them: all of them, in their order, or none.

    Returns:
        The current version of each dataset.

    Raises:
        DeliveryFaults: with every fault of every delivery; nothing is stored then.
        SemanticError: if a delivery is for a structure that is not held.
        Unavailable: if the database cannot be written to now.
    """

    def attempt() -> list[DatasetVersion]:
        revision = stores.artefacts.revision().number
        checked = check(deliveries, stores)
        steps = [step for delivery, structure in checked for step in _steps(delivery, structure)]
        return stores.observations.publish_all(steps, at=at, structures=revision)

    return _undisturbed(attempt)


def publish_parts(
    files: Sequence[Parts], stores: Stores, at: Callable[[], datetime]
) -> list[DatasetVersion]:
    """Check files while they are read, part by part, and publish them: all of them, or none.

    Args:
        files: the files.
        stores: where to publish.
        at: tells the instant that the publication bears, asked when everything was read.

    Returns:
        The current version of each dataset.

    Raises:
        DeliveryFaults: with every fault of every file; nothing is stored then.
        Indivisible: if one has to be read or checked as a whole.
        Unavailable: if the database cannot be written to now.
    """

    def attempt() -> list[DatasetVersion]:
        revision = stores.artefacts.revision().number
        with ExitStack() as areas:
            steps = stage(files, stores, areas)
            return stores.observations.publish_all(steps, at=at(), structures=revision)

    return _undisturbed(attempt)


def check_parts(files: Sequence[Parts], stores: Stores) -> None:
    """Check files while they are read, without publishing them.

    Raises:
        DeliveryFaults, Indivisible: as ``publish_parts``.
    """
    with ExitStack() as areas:
        stage(files, stores, areas)


def check(
    deliveries: Sequence[Delivery], stores: Stores
) -> list[tuple[Delivery, ResolvedStructure]]:
    """Check deliveries without publishing them; return each with its structure.

    Raises:
        DeliveryFaults: with every fault of every delivery.
        SemanticError: if a delivery is for a structure that is not held.
    """
    catalogue = stores.catalogues.at()
    faults: list[Fault] = []
    sound: list[tuple[Delivery, ResolvedStructure]] = []
    for delivery in deliveries:
        context = context_of(delivery, catalogue)
        structure = resolve(context, catalogue)
        allowed = providers_of(context, catalogue)
        faults.extend(check_providers(delivery, allowed))
        faults.extend(validation.check(delivery, structure))
        is_limited = delivery.action != "Delete" or isinstance(context, ProvisionAgreement)
        sound.append((with_provider(delivery, allowed) if is_limited else delivery, structure))
    if faults:
        raise DeliveryFaults(faults)
    return sound


def _steps(delivery: Delivery, structure: ResolvedStructure) -> Iterator[Publication]:
    omitted = omission(delivery, structure)
    if omitted is not None:
        yield omitted
    yield Publication(
        dataset=dataset_of(structure.dataflow_urn or structure.urn),
        layout=layout_of(structure),
        rows=validation.to_table(delivery, structure),
        action=Action(delivery.action),
        dataset_attributes=validation.dataset_attributes(delivery, structure),
    )
