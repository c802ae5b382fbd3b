"""People on pages: how they are found, requests, corrections, holds, looks in clear, and why a step is not taken."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext

from verify_service.labels.codes import ROLES
from verify_service.persons.clear import NotShown
from verify_service.persons.rights import RightRefused

FOUND_BY: Final = {
    "name": lazy_gettext("by name, as it is heard"),
    "nik": lazy_gettext("by NIK"),
    "kpj": lazy_gettext("by KPJ"),
    "phone": lazy_gettext("by phone"),
    "code": lazy_gettext("by the code of the worker"),
    "letter": lazy_gettext("by the code of the letter"),
    "kelurahan": lazy_gettext("by kelurahan"),
}
TELL: Final = {
    "nothing": lazy_gettext("Write a name, a number or a code, or choose a kelurahan."),
    "number": lazy_gettext(
        "This number is none we can look up. A NIK has 16 digits, a KPJ 11 characters, a phone begins with 08."
    ),
    "kelurahan": lazy_gettext("Choose the kelurahan as well."),
    "name": lazy_gettext("There are more. Write the name as well."),
}
SEXES: Final = {"L": lazy_gettext("man"), "P": lazy_gettext("woman")}
LINKED_HOW: Final = {
    "roster": lazy_gettext("from the list"),
    "code": lazy_gettext("by the code of the letter"),
    "case": lazy_gettext("by a correction"),
    "same": lazy_gettext("of another listing of the person"),
}
PAID: Final = {
    "paid": lazy_gettext("paid"),
    "unpaid": lazy_gettext("not paid"),
    "no_file": lazy_gettext("no file"),
}
INSURED: Final = {
    "active": lazy_gettext("active"),
    "unpaid": lazy_gettext("not paid"),
    "inactive": lazy_gettext("inactive"),
    "not_found": lazy_gettext("not found"),
    "unclear": lazy_gettext("not clear"),
    "no_file": lazy_gettext("no file"),
}
PURPOSES: Final = {
    "invitation": lazy_gettext("Invitation"),
    "reminder": lazy_gettext("Reminder"),
    "question": lazy_gettext("Question"),
    "reply": lazy_gettext("Reply"),
    "case": lazy_gettext("About a case"),
    "warning": lazy_gettext("Warning"),
    "decision": lazy_gettext("Decision"),
    "code": lazy_gettext("Code"),
}
HEARD: Final = {"waiting": lazy_gettext("not read yet"), "heard": lazy_gettext("read")}
ACTIONS: Final = {
    "person looked at": lazy_gettext("Looked at this page"),
    "identity looked at": lazy_gettext("Looked at the identity on another page"),
    "number shown in clear": lazy_gettext("Saw a number in clear"),
    "person exported": lazy_gettext("Made the file with all data"),
    "person corrected": lazy_gettext("Corrected the data"),
    "person asked": lazy_gettext("Wrote down a request"),
    "request settled": lazy_gettext("Settled a request"),
    "erasure proposed": lazy_gettext("Proposed to erase the data"),
    "person erased": lazy_gettext("Erased the data"),
    "listed anew": lazy_gettext("Allowed to be listed anew"),
    "hold set": lazy_gettext("Forbade to erase"),
    "hold ended": lazy_gettext("Allowed to erase again"),
}
CLEAR: Final = {"nik": "NIK", "phone": lazy_gettext("Phone")}
LOOK_REASONS: Final = {
    "identity": lazy_gettext("to be sure that it is this person"),
    "call": lazy_gettext("to call the person"),
    "insurer": lazy_gettext("to ask BPJS Ketenagakerjaan"),
    "dukcapil": lazy_gettext("to ask the population office (Dukcapil)"),
    "request": lazy_gettext("the person asked for it"),
}
NOT_SHOWN: Final = {
    NotShown.ROLE: lazy_gettext("Your account does not see numbers in clear."),
    NotShown.REASON: lazy_gettext("Choose a number and a reason from the list."),
    NotShown.NOTE: lazy_gettext("Say in five letters or more what you need it for."),
    NotShown.LIMIT: lazy_gettext("You have seen as many numbers today as an account may. Ask a colleague."),
    NotShown.ERASED: lazy_gettext("The data of this person were erased. There is nothing to show."),
}
REQUESTS: Final = {
    "export": lazy_gettext("See and take along all data"),
    "correct": lazy_gettext("Have data corrected"),
    "erase": lazy_gettext("Have data erased"),
    "object": lazy_gettext("Stop further use: no invitations and questions"),
}
ARTICLES: Final = {"export": "Pasal 32", "correct": "Pasal 30", "erase": "Pasal 42-44", "object": "Pasal 40-41"}
ASKERS: Final = {
    "self": lazy_gettext("the person themselves"),
    "family": lazy_gettext("family"),
    "heir": lazy_gettext("an heir"),
    "guardian": lazy_gettext("a guardian"),
    "proxy": lazy_gettext("somebody with a letter of authority"),
}
IDENTITIES: Final = {
    "ktp": lazy_gettext("KTP seen"),
    "ktp_kk": lazy_gettext("KTP and family card seen"),
    "known": lazy_gettext("called back on the phone of the list, three questions answered"),
    "proxy_letter": lazy_gettext("letter of authority and both KTP seen"),
    "visit": lazy_gettext("at a visit, with the RT head"),
}
REQUEST_STATES: Final = {
    "open": lazy_gettext("waits"),
    "to_confirm": lazy_gettext("waits for a second administrator"),
    "done": lazy_gettext("done"),
    "refused": lazy_gettext("refused"),
}
REFUSALS: Final = {
    "identity": lazy_gettext("who asks could not be made sure"),
    "not_theirs": lazy_gettext("who asks may not ask for this person"),
    "others_data": lazy_gettext("it would show data of others (Pasal 33)"),
    "law": lazy_gettext("a law has us keep it"),
    "not_so": lazy_gettext("what is kept is right"),
    "withdrawn": lazy_gettext("who asked took it back"),
}
ERASE_REASONS: Final = {
    "not_needed": lazy_gettext("it is needed for nothing any more"),
    "consent": lazy_gettext("the consent was withdrawn"),
    "unlawful": lazy_gettext("it was collected without a basis"),
    "left": lazy_gettext("the person has left the programme"),
}
BASES: Final = {
    "ktp": lazy_gettext("KTP"),
    "kk_card": lazy_gettext("family card"),
    "birth_certificate": lazy_gettext("birth certificate"),
    "dukcapil": lazy_gettext("word of Dukcapil"),
    "insurer": lazy_gettext("word of BPJS Ketenagakerjaan"),
    "own_word": lazy_gettext("the person's own word"),
}
REQUEST_REASONS: Final = {
    **REFUSALS,
    **ERASE_REASONS,
    **BASES,
    "handed_over": lazy_gettext("the file was handed over"),
    "stopped": lazy_gettext("the phones get no more questions"),
    "erased": lazy_gettext("the data were erased meanwhile"),
}
HOLDS: Final = {
    "court": lazy_gettext("a court or the police"),
    "inspection": lazy_gettext("an inspection"),
    "claim": lazy_gettext("a claim at BPJS Ketenagakerjaan"),
    "audit": lazy_gettext("an audit"),
}
FIELDS: Final = {
    "name": lazy_gettext("Name"),
    "birth_date": lazy_gettext("Birth date"),
    "sex": lazy_gettext("Sex"),
    "kk": lazy_gettext("Number of the family card"),
    "address": lazy_gettext("Address"),
    "phone": lazy_gettext("Phone"),
}
FORMS: Final = {
    "birth_date": lazy_gettext("year-month-day, as 1980-07-01"),
    "sex": lazy_gettext("L for a man, P for a woman"),
    "kk": lazy_gettext("16 digits"),
    "phone": lazy_gettext("a mobile number, as 081234567890"),
}
NOT_DONE: Final = {
    RightRefused.UNKNOWN: lazy_gettext("It is not there."),
    RightRefused.CHANGED: lazy_gettext(
        "Somebody else was quicker. Nothing of yours was done: look at how it stands now."
    ),
    RightRefused.STEP: lazy_gettext("That cannot be done as it stands now. The page shows what can."),
    RightRefused.ROLE: lazy_gettext("Only an administrator decides that."),
    RightRefused.INPUT: lazy_gettext("Choose from the lists."),
    RightRefused.NOTE: lazy_gettext("Say why in five letters or more, and 1,000 at most."),
    RightRefused.TWICE: lazy_gettext("This is open already for the person."),
    RightRefused.ERASED: lazy_gettext("The data of this person were erased. There is nothing left to do it with."),
    RightRefused.SECOND: lazy_gettext("You proposed it. A second administrator has to confirm it."),
    RightRefused.HELD: lazy_gettext("Not now: it was forbidden to erase this person. The page says for what."),
    RightRefused.OPEN: lazy_gettext(
        "Not now: something about this person is still open, a case, a proposal or a removal. Settle it first."
    ),
    RightRefused.SAME: lazy_gettext("That is what is kept already."),
    RightRefused.UNREADABLE: lazy_gettext("This cannot be read as that field. Look at how it is to be written."),
}
BY_ROLE: Final = {
    **{role.value: named for role, named in ROLES.items()},
    "command line": lazy_gettext("an operator of the server"),
    "clock": lazy_gettext("the service itself"),
    "phone": lazy_gettext("a phone"),
}


def action_name(action: str) -> str:
    """What was done, in words; of what has none its own."""
    return str(ACTIONS.get(action, action))
