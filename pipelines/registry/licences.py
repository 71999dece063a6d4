"""Open licences by their SPDX identifiers, with their names in the licence table of the EU Publications Office."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pipelines.registry.base import Descriptor, Text, WebAddress

_TABLE = "http://publications.europa.eu/resource/authority/licence/"

#: Terms of the ADMS vocabulary of licence types (``http://purl.org/adms/licencetype/``).
LicenceType = Literal[
    "Attribution", "PublicDomain", "ViralEffect-ShareAlike", "NonCommercialUseOnly", "NoDerivativeWork",
    "OtherRestrictiveClauses", "UnknownIPR",
]  # fmt: skip


class Licence(Descriptor):
    """A licence: its term in a published vocabulary, its name, and where its text is."""

    uri: WebAddress
    title: Text
    page: WebAddress
    type: LicenceType = "UnknownIPR"


def _creative_commons(code: str, title: str, path: str, kind: LicenceType) -> Licence:
    return Licence(uri=_TABLE + code, title=title, page=f"https://creativecommons.org/{path}/", type=kind)


def _open_data_commons(code: str, title: str, path: str, kind: LicenceType) -> Licence:
    return Licence(uri=_TABLE + code, title=title, page=f"https://opendatacommons.org/licenses/{path}/", type=kind)


LICENCES: Mapping[str, Licence] = {
    "CC0-1.0": _creative_commons("CC0", "Creative Commons CC0 1.0 Universal", "publicdomain/zero/1.0", "PublicDomain"),
    "CC-BY-4.0": _creative_commons(
        "CC_BY_4_0", "Creative Commons Attribution 4.0 International", "licenses/by/4.0", "Attribution"
    ),
    "CC-BY-SA-4.0": _creative_commons(
        "CC_BYSA_4_0", "Creative Commons Attribution-ShareAlike 4.0 International", "licenses/by-sa/4.0",
        "ViralEffect-ShareAlike",
    ),
    "CC-BY-NC-4.0": _creative_commons(
        "CC_BYNC_4_0", "Creative Commons Attribution-NonCommercial 4.0 International", "licenses/by-nc/4.0",
        "NonCommercialUseOnly",
    ),
    "ODC-By-1.0": _open_data_commons("ODC_BY", "Open Data Commons Attribution License 1.0", "by/1-0", "Attribution"),
    "ODbL-1.0": _open_data_commons(
        "ODC_BL", "Open Data Commons Open Database License 1.0", "odbl/1-0", "ViralEffect-ShareAlike"
    ),
    "PDDL-1.0": _open_data_commons(
        "ODC_PDDL", "Open Data Commons Public Domain Dedication and License 1.0", "pddl/1-0", "PublicDomain"
    ),
}  # fmt: skip
