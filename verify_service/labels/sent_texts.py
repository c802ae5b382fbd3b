"""What became of a text of ours, in words: what we did with it, and what the network says."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext

# In the thread of a report, where officers look after single texts.
OUTBOX: Final = {
    "waiting": lazy_gettext("waits to be sent"),
    "sending": lazy_gettext("is being sent"),
    "accepted": lazy_gettext("taken by the network"),
    "refused": lazy_gettext("refused by the network"),
    "failed": lazy_gettext("could not be sent"),
    "unknown": lazy_gettext("perhaps sent"),
    "cancelled": lazy_gettext("not sent: unwanted or unreachable"),
    "stale": lazy_gettext("not sent: too old"),
}
# Of the notices of a removal: whether somebody was told is all that counts there.
NOTICE_SENT: Final = {
    **OUTBOX,
    "accepted": lazy_gettext("sent"),
    "refused": lazy_gettext("refused by the operator"),
    "cancelled": lazy_gettext("not sent"),
    "stale": lazy_gettext("not sent in time"),
}
DELIVERIES: Final = {
    "sent": lazy_gettext("under way"),
    "buffered": lazy_gettext("waiting for the phone"),
    "absent": lazy_gettext("phone is off"),
    "expired": lazy_gettext("not delivered in time"),
    "failed": lazy_gettext("not delivered"),
    "rejected": lazy_gettext("rejected"),
    "delivered": lazy_gettext("delivered"),
    "unknown": lazy_gettext("not clear: the network uses a word of its own"),
}
NOTICES: Final = {
    "g11.removed": lazy_gettext("Notice of the removal"),
    "g20.family": lazy_gettext("Guidance for the family"),
    "g25.removal_kept": lazy_gettext("News: stays on the list"),
    "g26.removal_upheld": lazy_gettext("News: objection not accepted"),
    "g27.removal_final": lazy_gettext("News: appeal not accepted"),
}
