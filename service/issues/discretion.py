"""Discreet letters: nothing that others may see over a shoulder (sender, subject, the words beside it, list name, the
words of links) names an illness."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from service.issues.content import Block
from service.issues.frames.frame import Frame
from service.issues.frames.table import frame_in
from service.issues.model import Issue, ItemKind, Newsletter
from service.issues.schedule import wall_clock
from service.mail.message import Address
from service.mail.phrase import Phrase
from service.subscribers.phrases.quiet import quiet_name, quiet_sender

_ILLNESS = re.compile(
    r"(?i)\b(?:cancers?|leuka?emi\w+|lymphomas?|myelomas?|tumou?rs?|oncolog\w*|haematolog\w*|hematolog\w*|sarcomas?|"
    r"carcinomas?|melanomas?|metasta\w+|chemo\w*|radiothera\w*|transplants?|marrow|blasts?|relaps\w*|remissions?|"
    r"diagnos\w*|prognos\w*|survivors?|survival|illness\w*|diseases?|disorders?|syndromes?|patients?|treatments?|"
    r"therap(?:y|ies)|hospitals?|hospices?|wards?|clinics?|deaths?|dying|died|grie\w*|bereave\w*|funerals?|"
    r"palliative|memoriam|symptoms?|side effects?|medicines?|medications?|nurses?|doctors?|"
    r"hiv|epilep\w*|diabet\w*|dementia|depress\w*|psychiatr\w*|mental health|suicid\w*|infertil\w*)\b"
)
_IN_OTHER_LANGUAGES = re.compile(
    r"(?i)\b(?:leucémi\w*|lymphomes?|myélomes?|tumeurs?|chimio\w*|greff\w+|moelle|rechut\w*|rémissions?|maladi\w+|"
    r"malades?|hôpita\w+|cliniques?|décès|deuil|mort|traitements?|médicaments?|infirmi\w+|médecins?|"
    r"cáncer\w*|leucemi\w*|linfomas?|mielomas?|tumores|quimio\w*|trasplant\w*|médula|recaíd\w*|remisi[oó]n\w*|"
    r"enferm\w+|pacientes?|hospitales|clínicas?|muerte|duelo|tratamientos?|medicamentos?|médic[oa]s?|"
    r"\w*(?:krebs|leukäm|lymphom|myelom|tumor|transplant|knochenmark|rückf[aä]ll|rezidiv|krank|klinik|trauer|sterb|"
    r"arzt|ärzt|medikament|therap|hospiz)\w*|patient(?:in|innen|en)|tod|"
    r"\w*(?:سرطان|لوكيميا|ابيضاض|لمفوم|أورام|كيماوي|كيميائي|نخاع|انتكاس|مرض|مريض|مستشف|وفاة)\w*|(?:ال)?(?:ورم|موت))\b"
)
"""French, Spanish, German and Arabic; German and Arabic words grow at both ends."""
_ABBREVIATED = re.compile(r"\b(?:ALL|AIDS|AML|CAR-T|CLL|CML|MDS)\b")
"""In capitals only: the small letters are other words."""


def illness_in(words: str, topics: Iterable[str] = ()) -> str:
    """The first word that names an illness or one of the `topics` of a newsletter; empty when there is none."""
    of_the_letter = (re.search(rf"(?i)\b{re.escape(topic)}\b", words) for topic in topics)
    lists = (pattern.search(words) for pattern in (_ILLNESS, _IN_OTHER_LANGUAGES, _ABBREVIATED))
    found = next(filter(None, (*lists, *of_the_letter)), None)
    return found[0] if found else ""


def discreet_name(newsletter: Newsletter) -> str:
    """What the newsletter is called for discreet readers."""
    return quiet_name(newsletter.discreet_name, newsletter.lang)


def discreet_sender(newsletter: Newsletter, usual: Address) -> Address:
    """Who writes to discreet readers."""
    return quiet_sender(newsletter.discreet_sender, newsletter.lang, usual)


def discreet_subject(issue: Issue) -> str:
    """The discreet name and the date of the issue."""
    return plain_subject(issue, discreet_name(issue.newsletter))


def plain_subject(issue: Issue, newsletter: str) -> str:
    """What a `newsletter` is called, and the date of the issue on its own wall, in its own language."""
    paper = issue.newsletter
    return frame_in(paper.lang).name_letter(newsletter, wall_clock(issue.planned_for, paper.zone).date())


def with_quiet_links(blocks: Iterable[Block], frame: Frame, lang: str) -> list[Block]:
    """The blocks of a letter in `lang` with link words that say what kind of page it is, not what it is about."""
    words = {
        ItemKind.STORY: frame.quiet_story,
        ItemKind.ARTICLE: frame.quiet_article,
        ItemKind.RESOURCE: frame.quiet_elsewhere,
        ItemKind.NETWORK: frame.quiet_visit,
    }
    numbers: Counter[ItemKind] = Counter()
    quiet = []
    for block in blocks:
        if block.url and block.kind in words:
            numbers[block.kind] += 1
            number = str(numbers[block.kind])
            said = Phrase.of(words[block.kind], frame.lang, lang, number=(number, ""))
            quiet.append(replace(block, link_words=said))
        else:
            quiet.append(block)
    return quiet
