"""What a talk about somebody who was missed changes: a place on the waiting list."""

from __future__ import annotations

from flows import outcomes as said
from flows.caller import Draft
from flows.conversation import Outcome
from verify_service.conversations.context import Context, Next, Over
from verify_service.conversations.filing import about
from verify_service.ground.programme import programme
from verify_service.proposals.waiting_list import NewProposal, is_theirs, place, placed_today
from verify_service.registry.areas import area_table
from verify_service.registry.residents import Office

OUTCOMES = (said.OpenProposal, said.ChoseKecamatan, said.Propose)


def apply(context: Context, outcome: Outcome) -> Next | Over:
    """Do what the proposer meant."""
    match outcome:
        case said.OpenProposal(proposer):
            return _open(context, proposer)
        case said.ChoseKecamatan(draft):
            kelurahan = {
                area.kelurahan_code: area.kelurahan
                for area in area_table().areas
                if area.kecamatan_code == draft.kecamatan
            }
            return Next("propose_where", about(context.caller, draft=draft, areas=tuple(kelurahan.items())))
        case said.Propose():
            return propose(context, outcome, None)
    raise AssertionError(f"no use case for {type(outcome).__name__}")


def _open(context: Context, proposer: str) -> Next | Over:
    if _enough(context, programme().reports.proposals_per_day):
        return Over("e16.too_many")
    kecamatan = {area.kecamatan_code: area.kecamatan for area in area_table().areas}
    return Next("propose_who", about(context.caller, draft=Draft(proposer), areas=tuple(kecamatan.items())))


def propose(context: Context, proposed: said.Propose, office: Office | None) -> Over:
    """Put somebody on the waiting list; a head of an RT does so for his own RT."""
    limits = programme().reports
    if _enough(context, limits.proposals_per_day_rt_head if office else limits.proposals_per_day):
        return Over("e16.too_many")
    if office is None and is_theirs(context.session, context.phone.id, proposed.nik):
        return Over("e17.listed")
    new = NewProposal(
        proposer="rt_head" if office else proposed.proposer,
        nik=proposed.nik,
        name=proposed.name,
        job=proposed.job,
        member=proposed.member,
        help_needed=proposed.help_needed,
        kelurahan_code=office.kelurahan_code if office else proposed.kelurahan,
        rw=office.rw if office else proposed.rw,
        rt=office.rt if office else proposed.rt,
        phone_id=context.phone.id,
        channel=context.channel,
        inbound=context.inbound,
        rt_head_id=office.head if office else None,
    )
    placed = place(context.session, new, now=context.now)
    return Over("e9.saved", {"case": placed.number, "days": str(placed.days)})


def _enough(context: Context, most: int) -> bool:
    """Whether this phone has proposed as many today as anybody may."""
    return placed_today(context.session, context.phone.id, now=context.now) >= most
