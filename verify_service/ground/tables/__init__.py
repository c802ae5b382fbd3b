"""The tables, one file per topic. Rows are the truth; jobs are nudges."""

from verify_service.ground.tables.accounts import (
    ApiFiling,
    ApiKey,
    Officer,
    OfficerSession,
    RecoveryCode,
    SignInAttempt,
)
from verify_service.ground.tables.audit import AuditEntry
from verify_service.ground.tables.base import Base
from verify_service.ground.tables.before import BEFORE
from verify_service.ground.tables.conversations import Conversation, LinkTry, SessionEnd
from verify_service.ground.tables.decisions import Decision, Proposal, Removal
from verify_service.ground.tables.grievances import (
    Grievance,
    GrievanceEvent,
    GrievanceNotice,
    KnowledgeAnswer,
    NumberTry,
    Reference,
    SavedFilter,
)
from verify_service.ground.tables.messages import (
    DeliveryNotice,
    FetchCursor,
    GatewayState,
    InboundMessage,
    OptOutNotice,
    OutboxMessage,
)
from verify_service.ground.tables.registry import (
    NEWEST_PERIOD,
    Area,
    Enrolment,
    FileImport,
    ImportLine,
    ImportProblem,
    InsurerRecord,
    Payment,
    PersonKey,
    Phone,
    PhoneLink,
    RtHead,
    ToldHeading,
    Worker,
)
from verify_service.ground.tables.task import Task
from verify_service.ground.tables.verification import (
    CoverGap,
    DecisionRow,
    Discrepancy,
    Evidence,
    StaleEnrolment,
    Verdict,
)

__all__ = [
    "BEFORE",
    "NEWEST_PERIOD",
    "ApiFiling",
    "ApiKey",
    "Area",
    "AuditEntry",
    "Base",
    "Conversation",
    "CoverGap",
    "Decision",
    "DecisionRow",
    "DeliveryNotice",
    "Discrepancy",
    "Enrolment",
    "Evidence",
    "FetchCursor",
    "FileImport",
    "GatewayState",
    "Grievance",
    "GrievanceEvent",
    "GrievanceNotice",
    "ImportLine",
    "ImportProblem",
    "InboundMessage",
    "InsurerRecord",
    "KnowledgeAnswer",
    "LinkTry",
    "NumberTry",
    "Officer",
    "OfficerSession",
    "OptOutNotice",
    "OutboxMessage",
    "Payment",
    "PersonKey",
    "Phone",
    "PhoneLink",
    "Proposal",
    "RecoveryCode",
    "Reference",
    "Removal",
    "RtHead",
    "SavedFilter",
    "SessionEnd",
    "SignInAttempt",
    "StaleEnrolment",
    "Task",
    "ToldHeading",
    "Verdict",
    "Worker",
]
