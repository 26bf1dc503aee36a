"""What can go wrong, each error saying what happened and what to do next.

Only front doors (page, command line) catch these; the library raises them.
"""


class CitebackError(Exception):
    """The base of every error that a person is meant to read."""


class SettingsError(CitebackError):
    """A setting has an unknown name or a value that cannot be used."""


class ContentError(CitebackError):
    """The folder of documents is missing or cannot be listed."""


class UnreadableFileError(CitebackError):
    """One file cannot be taken in; the others are not affected.

    The message is the reason alone ("it is empty"), without the file's name,
    so that a list can put the name in front.
    """


class FileAccessError(UnreadableFileError):
    """The file is there but cannot be opened just now (rights, a lost drive).

    Unlike other refusals this says nothing about the text, so what was indexed
    from the file before stays.
    """


class QuestionError(CitebackError):
    """The question cannot be searched for: empty, too long, or without words."""


class DraftError(CitebackError):
    """A text whose quotations are to be checked cannot be read."""


class EncoderError(CitebackError):
    """The model is missing, damaged or not the one that was expected."""


class IndexStateError(CitebackError):
    """The index cannot be read or written."""


class IndexBusyError(IndexStateError):
    """Another process is indexing the same folder."""


class UnsoundIndexError(IndexStateError):
    """Something in the index is not as it should be, and could not be mended."""


class UnfitDocumentError(IndexStateError):
    """An index does not take a document; the others are not affected."""


class StorageFullError(IndexStateError):
    """Nothing can be written in the index folder; the last complete state is kept."""


class UnknownDocumentError(CitebackError):
    """No document of that name is in the library."""


class PageError(CitebackError):
    """A page of a document cannot be shown."""


class WriterError(CitebackError):
    """A language model that was to write did not, or may not."""


class QuestionSetError(CitebackError):
    """A set of questions is missing, malformed, or does not fit its texts."""


class MissingPackageError(CitebackError):
    """A package that only some commands need is not installed."""


class BelowThresholdError(CitebackError):
    """A measure is lower than was asked for; the results are saved all the same."""


class CitationsError(CitebackError):
    """What was cited, pinned or filled in cannot be read, written or understood."""


class AccountsError(CitebackError):
    """An account cannot be made, changed, read or found."""


class BulkError(CitebackError):
    """Machines that embed together cannot be had, or do not see the same files."""
