"""JSON-LD contexts of EPCIS documents, read without ever fetching one.

What the context of EPCIS 2.0 defines is built in. From a context in the document itself come the prefixes of user
extensions; other addresses in it are left alone, because a record must mean the same tomorrow, and offline.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

EPCIS_CONTEXT: Final = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
MOST_NAMES: Final = 4096
"""Names of fields that are remembered with their namespace; documents can be made of new ones only."""

STANDARD_PREFIXES: Final = {
    "epcis": "https://ref.gs1.org/epcis/",
    "cbv": "https://ref.gs1.org/cbv/",
    "cbvmda": "urn:epcglobal:cbv:mda:",
    "gs1": "https://gs1.org/voc/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcterms": "http://purl.org/dc/terms/",
}


class Namespaces:
    """The prefixes and terms that are in force for an event."""

    __slots__ = ("_prefixes", "_qualified", "_terms", "_vocabulary", "declared")

    def __init__(
        self,
        prefixes: Mapping[str, str],
        terms: Mapping[str, str],
        vocabulary: str,
        declared: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.declared = declared
        self._prefixes = prefixes
        self._terms = terms
        self._vocabulary = vocabulary
        self._qualified: dict[str, str] = {}

    def expand(self, text: str) -> str:
        """``text`` with a declared prefix replaced by its namespace (compact URIs); anything else unchanged."""
        prefix, separator, local = text.partition(":")
        namespace = self._prefixes.get(prefix) if separator else None
        return text if namespace is None or local.startswith("//") else namespace + local

    def declares(self, name: str) -> bool:
        """Whether the prefix of ``name``, or ``name`` itself, is declared."""
        return name.partition(":")[0] in self._prefixes or name in self._terms

    def qualified(self, name: str) -> str:
        """The name of an extension field as ``{namespace}local``.

        A field with a declared prefix, a full URI, or a word that the context defines; a word that nothing
        defines stays bare.
        """
        known = self._qualified.get(name)
        if known is None:
            if len(self._qualified) > MOST_NAMES:
                self._qualified.clear()
            known = self._qualified[name] = self._qualify(name)
        return known

    def _qualify(self, name: str) -> str:
        prefix, separator, local = name.partition(":")
        if separator and prefix in self._prefixes:
            return f"{{{self._prefixes[prefix]}}}{local}"
        if not separator:
            if name in self._terms:
                name = self.expand(self._terms[name])
            elif self._vocabulary and not name.startswith("@") and name not in ("id", "type"):
                return f"{{{self._vocabulary}}}{name}"
            else:
                return name
        cut = max(name.rfind("#"), name.rfind("/"))
        if cut < 0:
            cut = name.rfind(":")
        return f"{{{name[: cut + 1]}}}{name[cut + 1 :]}"


def namespaces(*contexts: object) -> Namespaces:
    """Read the contexts from the outermost to the innermost; later declarations win.

    A context may also be the namespaces that were read from one before, which is faster for many events of a document.
    """
    if contexts and isinstance(contexts[0], Namespaces) and not any(contexts[1:]):
        return contexts[0]
    return _namespaces(tuple(declarations(contexts)) if any(contexts) else ())


@lru_cache(maxsize=256)
def _namespaces(declared: tuple[tuple[str, str], ...]) -> Namespaces:
    prefixes = dict(STANDARD_PREFIXES)
    terms: dict[str, str] = {}
    vocabulary = ""
    for name, uri in declared:
        if name == "@vocab":
            vocabulary = uri
        elif uri[-1:] in ("/", "#", ":", "=", "?") or ":" not in name:
            prefixes[name] = uri
            terms[name] = uri
    return Namespaces(prefixes, terms, vocabulary, declared)


def declarations(context: object) -> Iterator[tuple[str, str]]:
    """The declarations (name, URI) in a context: an object, a list of contexts, or an address without meaning here."""
    if isinstance(context, Namespaces):
        yield from context.declared
    elif isinstance(context, Mapping):
        for name, value in context.items():
            uri: Any = value.get("@id") if isinstance(value, Mapping) else value
            if isinstance(uri, str) and (not name.startswith("@") or name == "@vocab"):
                yield name, uri
    elif isinstance(context, list | tuple):
        for member in context:
            yield from declarations(member)
