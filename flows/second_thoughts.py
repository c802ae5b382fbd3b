"""What people write behind an answer: a second thought ("astaga udah ternyata", "eh udah deng", "salah pak harusnya
belum"), or that they are sorry to have forgotten us. Pure."""

import re

from flows.complaints import complaints
from flows.lexicon import KNOWN
from flows.reading import COURTESIES, spoken, word_set
from flows.wishes import calls_off

# What says that somebody thinks again; of a sigh alone it may be any talk.
_SIGHS = word_set(
    "eh ehh eeh oh ooh o oo aduh waduh duh adu astaga astagfirullah astaghfirullah masyaallah wah wahh loh lho lah"
    " oalah owalah hadeh euleuh eleuh aih nah"
)
_TURNS = word_set(
    "deng ding dink ternyata trnyata trnyt tnyata nyatanya geuning geuningan ketang jebul jebule jebulna jebulnya"
    " tibake tibakna tibaknya nyatane nyatana horeh singhoreng maksudnya maksud maksude maksudku maksudna"
)
_AGAIN = _SIGHS | _TURNS
# What says that the answer before was wrong.
_WRONG = word_set("salah slh keliru klentu kleru kaliru lepat ralat koreksi revisi bukan bkn sanes dudu")
_SHOULD_BE = word_set("harusnya seharusnya hrsnya mestinya semestinya kuduna kudune")  # by itself it is a doubt
_AROUND = COURTESIES | word_set(
    "maaf maap sori sorry punten hapunten nyuwun ngapunten saya sy aku abdi kula kulo gue gw gua ane aye tadi td yang"
    " yg bener benar betul jawaban jawabannya jawab ketik ketiknya pencet kepencet tulis balas to tho toh sih nih deh"
    " kok ko mah atuh euy hehe hihi wkwk baru inget ingat lagi"
)
_SIGHED = re.compile(
    r"\b(?:ya ampun|ya allah|ya alloh|duh gusti|oh iya|o iya|eh iya|oh ya|eh ya|bukan gitu|sanes kitu)\b"
)
_OF_THE_COVER = word_set(
    "kartu kartunya kartuna kertune ada ketemu nemu ditemukan kapanggih dapat dapet dpt terdaftar kedaftar daftar punya"
    " pny gaduh boga terima nerima trima bpjs bpjsnya juga jg di laci dompet lemari rumah"
    " dikasih kasih"
)
_ENOUGH = re.compile(r"\bya (?:sudah|udah|udh|sdh|wis|wes)\b|\b(?:sudah|udah|udh|sdh) (?:ah|lah|deh|dong|dulu|ya)\b")
_SHORT = 7  # words


def answer_left(text: str, *, behind_another: bool = False) -> str:
    """What is answered where somebody thinks again, "udah" of "astaga udah ternyata"; "" where he does not, or says
    more.

    `behind_another` where an answer stands: then "salah, harusnya belum" says that that one was wrong.
    """
    said = spoken(text).replace("teu acan", "acan")
    words = said.split()
    if "?" in text or len(words) > _SHORT or _ENOUGH.search(said):
        return ""
    cues = _AGAIN | (_WRONG | _SHOULD_BE if behind_another and not _WRONG.isdisjoint(words) else frozenset())
    left = [word for word in _SIGHED.sub(" ", said).split() if word not in cues | _AROUND]
    if not left or (cues.isdisjoint(words) and _SIGHED.search(said) is None):
        return ""
    return left[0] if _OF_THE_COVER.issuperset(left[1:]) else ""


_STATES = word_set("sudah belum tidak ada punya dapat terdaftar")
_FOUND = word_set("ketemu nemu ditemukan kapanggih kapendak")  # the card that was looked for


def thinks_again(text: str) -> bool:
    """Whether it is a second thought that tells of no problem, sure or not what it answers: nobody's report."""
    words = spoken(text).split()
    turns = not (_TURNS | _WRONG | _FOUND).isdisjoint(words)
    sighs = not _SIGHS.isdisjoint(words) or _SIGHED.search(spoken(text)) is not None
    if len(words) > _SHORT or not (turns or (sighs and any(KNOWN.get(word) in _STATES for word in words))):
        return False
    return not complaints(text) and not calls_off(text)


_DOUBTS = word_set(
    "lupa lupaan yakin tahu tau ngerti paham dari dulu lama kok kayaknya kayanya mungkin kali ya iya yah tapi kan terus"
    " itu ini nya dong lah oke ok baik kasih terima makasih udahan dah ga gak tdk ngga nggak no yes"
)
_OFFICES = word_set("rt rw")  # too short to be a word of its own elsewhere
_A_WORD = 3  # letters


def corrects_what_was_told(text: str) -> bool:
    """Whether a second thought names more than an answer: "eh bukan 50rb, 30rb", "maksudnya bu RW", of a report."""
    if not thinks_again(text):
        return False
    said = spoken(text).replace("teu acan", "acan")
    cues = _AGAIN | _WRONG | _SHOULD_BE | _AROUND | _OF_THE_COVER | _FOUND | _DOUBTS
    left = [word for word in _SIGHED.sub(" ", said).split() if word not in cues and KNOWN.get(word) not in _STATES]
    return any(len(word) >= _A_WORD or word in _OFFICES for word in left)


_SORRY = word_set("maaf maap mf maaf2 sori sorry sory punten hapunten ngapunten ngapuro apunten afwan")
_FORGOT = word_set("lupa lupaan kelupaan kelupa hilap kilap kesupen kesupe supe lali kelalen poho kapopohoan forgot")
_LATE = word_set("telat lama baru lambat telat2 nembe kakara")
_ABOUT_IT = COURTESIES | word_set(
    "saya sy aku abdi kula kulo gue gw gua ane aye tadi td baru bales balas balesnya balasnya bls jawab jawabnya"
    " ngebales ngejawab buat utk untuk nyuwun ya yah nih sih kemarin kmrn ngabales mbales banget i"
)


def forgets(text: str) -> bool:
    """Whether it says "forgot" and nothing else: behind an answer it may be said of the answer, or of being late."""
    words = set(spoken(text).split())
    return not words.isdisjoint(_FORGOT) and words <= _FORGOT | _SORRY | _ABOUT_IT


def is_sorry(text: str) -> bool:
    """Whether somebody is sorry that he forgot, or was late, and says nothing else: "maaf lupa", "sori baru bales"."""
    words = set(spoken(text).split())
    said = _FORGOT | _LATE
    return not words.isdisjoint(_SORRY) and not words.isdisjoint(said) and words <= said | _SORRY | _ABOUT_IT


_SORRY_BESIDE = re.compile(
    rf"\b(?:{'|'.join(sorted(_SORRY))})\b[ ,]*(?:(?:pak|bu|mas|kak|ya|tadi|saya|baru)[ ,]+)*"
    rf"(?:{'|'.join(sorted(_FORGOT))})(?: (?:bales|balas|jawab)\w*)?\b",
    re.IGNORECASE,
)


def without_sorry(text: str) -> str:
    """The text without "maaf lupa" before or behind what it answers; as it is where nothing else is said."""
    left = _SORRY_BESIDE.sub(" ", text).strip(" ,.;!")
    return left or text
