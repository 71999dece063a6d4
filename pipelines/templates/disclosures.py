"""How a field will be disclosed, as a sentence."""

from __future__ import annotations

from pipelines.core.messages import translate
from pipelines.registry import Catalog, Dataset, FieldSpec, published_name
from pipelines.registry.disclosures import Attribute, Generalise


def is_public(spec: FieldSpec, dataset: Dataset) -> bool:
    """Whether the values of a field are published as they are."""
    return {spec.disclosure.attribute, dataset.descriptor.disclosure.attribute} == {Attribute.ACTIVE}


def disclosure_text(spec: FieldSpec, dataset: Dataset, catalog: Catalog, language: str) -> str:
    """What becomes of the values of a field, why, and who answers for it."""
    whole = dataset.descriptor.disclosure
    if whole.attribute is not Attribute.ACTIVE:
        basis = whole.basis.in_language(language)
        return translate(
            "template-disclosure-of-dataset", language, basis=basis, unit=_name(whole.unit, catalog, language)
        )
    disclosure = spec.disclosure
    treatment = disclosure.treatment
    if disclosure.attribute is Attribute.ACTIVE or treatment is None:
        return translate("template-disclosed", language)
    kind = f"{treatment.type}-{treatment.to}" if isinstance(treatment, Generalise) else treatment.type
    text = translate(f"template-disclosure-{kind}", language)
    name = published_name(spec)
    if name is not None and name != spec.name:
        text = translate("template-disclosure-name", language, how=text, name=name)
    for other, values in (disclosure.when or {}).items():
        title = dataset.field(other).titles.in_language(language)
        text = translate("template-disclosure-when", language, how=text, field=title, values=", ".join(values))
    unit = _name(disclosure.unit or "", catalog, language)
    return translate("template-disclosure-basis", language, how=text, basis=disclosure.basis or "", unit=unit)


def _name(organisation: str, catalog: Catalog, language: str) -> str:
    known = catalog.organisations.get(organisation)
    return organisation if known is None else known.name_zh if language == "zh" else known.name_en
