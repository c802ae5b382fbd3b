"""What groups and outcomes of the public figures are called."""

from __future__ import annotations

from flask_babel import lazy_gettext

GROUPS = {
    "P": lazy_gettext("Women"),
    "L": lazy_gettext("Men"),
    "unknown": lazy_gettext("not known"),
    "transport": lazy_gettext("Drivers, ojek, couriers, parking"),
    "trade": lazy_gettext("Street and market traders"),
    "waste": lazy_gettext("Waste pickers"),
    "household": lazy_gettext("Domestic workers, laundry"),
    "day_labour": lazy_gettext("Day labourers, building"),
    "farm": lazy_gettext("Farming, livestock, fish"),
    "home_work": lazy_gettext("Businesses at home, tailors"),
    "teaching_arts": lazy_gettext("Religious teachers, artists"),
    "other": lazy_gettext("Other work"),
    "-29": lazy_gettext("29 or younger"),
    "30-39": lazy_gettext("30 to 39"),
    "40-49": lazy_gettext("40 to 49"),
    "50-59": lazy_gettext("50 to 59"),
    "60+": lazy_gettext("60 or older"),
}
OUTCOMES = {
    "all": lazy_gettext("On the list"),
    "paid": lazy_gettext("Paid for"),
    "active": lazy_gettext("Active"),
    "confirmed": lazy_gettext("Confirmed"),
    "assisted": lazy_gettext("Confirmed with help"),
    "otherwise": lazy_gettext("Answered otherwise"),
    "not_reached": lazy_gettext("Not reached"),
}
SAID_OTHERWISE = {
    "confirms": lazy_gettext("Yes, but something else does not fit"),
    "wrong_data": lazy_gettext("Covered, but data are wrong"),
    "denies": lazy_gettext("Says: not covered"),
    "does_not_know": lazy_gettext("Does not know of the cover"),
    "not_me": lazy_gettext("Says: I am somebody else"),
    "moved": lazy_gettext("Has moved away"),
    "not_working": lazy_gettext("Works no more"),
    "now_employed": lazy_gettext("Is an employee now"),
    "no_answer": lazy_gettext("Only the RT head has answered"),
}
