"""Phrases that say somebody may be in danger, language by language: data, to be read and added to by people who know.

Each list is first person or plain fact, because single words raise false alarms in every second story of an illness:
`die`, `kill` and `hurt` are everyday words there. In a phrase, `one|other` is either word and `…` up to three words.
The sources are the wordings in the helplines' own guidance for families and teachers; no method is described.
"""

from collections.abc import Mapping, Sequence

Phrases = Mapping[str, Sequence[str]]

WORRYING: Mapping[str, Phrases] = {
    "en": {
        "suicide": (
            "suicide", "suicidal", "kill|killing myself", "kills|killed himself|herself|themselves", "kms",
            "unalive|unaliving myself", "want|wants|wanted|wanting to die", "want|wanted to be dead",
            "wish I was|were dead", "wished I was|were dead", "rather be dead", "better off dead",
            "better off without me", "end|ending|ended my|it|his|her|their life|all", "take|taking my own life",
            "took|taken his|her|their|my own life", "don't|dont want to live", "do not want to live",
            "didn't|didnt want to live", "did not want to live", "don't|dont want to be here any more|longer",
            "don't|dont want to be here anymore", "don't|dont want to be alive", "don't|dont want to wake up",
            "no reason to live", "no point in living", "nothing to live for", "nothing left to live for",
            "not worth living", "isn't worth living", "can't|cannot|cant go on living|anymore",
            "can't|cannot|cant go on like this", "can't|cannot|cant go on any more|longer",
            "hang|hanged myself|himself|herself",
            "slit my wrists", "jump|jumping|jumped in front of", "jump|jumping|jumped off … bridge|roof|building",
            "saving|stockpiling … pills|tablets", "take|took|taking|taken an overdose", "overdosed on purpose",
            "say goodbye for good", "plan to die", "ready to die by my own hand",
        ),
        "self_harm": (
            "self-harm", "self-harming", "self-harmed", "self harm", "self harming", "selfharm",
            "harm|harming|harmed myself",
            "cut|cutting myself", "burn|burning myself on purpose", "hurt|hurting myself on purpose",
            "want|wanted|wanting to hurt myself", "hurting myself", "starving|starve myself",
            "punish|punishing myself by",
        ),
        "abuse": (
            "he|she hits|beats|kicks|punches|slaps|strangles|chokes me", "they hit|beat|kick|punch|slap me",
            "he|she hit|beat|kicked|punched|slapped|strangled|choked me",
            "husband|wife|partner|boyfriend|girlfriend hits|hit|beats|beat|hurts|kicks|punches|strangled me",
            "father|mother|dad|mum|stepfather|stepmother|carer hits|hit|beats|beat|hurts|kicks|punches|strangled me",
            "beat me up", "beats me up", "raped", "rapes me", "sexually abused", "sexual abuse",
            "sexually assaulted", "molested",
            "abuses|abused me", "abusing me", "abusive relationship|husband|wife|partner|marriage|home",
            "domestic violence|abuse",
            "afraid|scared|frightened|terrified of my husband|wife|partner|boyfriend|girlfriend",
            "afraid|scared|frightened|terrified of my father|mother|dad|mum|stepfather|stepmother|carer",
            "threatens|threatened to kill|hurt me|us", "locks|locked me in",
            "takes|took my pills|medicine|medication away",
            "touches|touched me … wrong|private", "made me touch", "forced me to have sex", "not safe at home",
            "unsafe at home",
            "held|holds me down and",
        ),
        "child_in_danger": (
            "child abuse", "child is being hurt|hit|beaten|abused", "children are being hurt|hit|beaten|abused",
            "hits|hurts|beats|slaps|shakes|kicks|abuses my|our|the|his|her child|children|kid|kids|son|daughter|baby",
            "hits|hurts|beats|slaps|shakes|kicks|abuses my|our|the|his|her boy|girl|brother|sister|siblings",
            "I hit|hurt|beat|shook|slapped my|our|the child|children|kid|kids|son|daughter|baby",
            "kill|harm my|our|the child|children|kids|son|daughter|baby", "hurt my|our baby on purpose",
            "child|son|daughter|baby|kids|children is|are not safe", "child|son|daughter|baby isn't safe",
            "scared|afraid of what I might do to", "might hurt my child|son|daughter|baby|children",
            "touches|touched my|our|the child|son|daughter|baby|kids",
            "children|kids|baby|son|daughter have|has not eaten for",
            "left the child|children|kids|baby alone for days", "I am a child and|but nobody",
        ),
    },
}  # fmt: skip
"""Language -> kind -> phrases."""

IDIOMS: Mapping[str, Sequence[str]] = {
    "en": (
        "don't|didn't|never|not|nobody|no-one|who|doesn't want|wants|wanted to die",
        "don't|didn't|never|not really want|wanted to die",
        "want|wanted to die of|from embarrassment|shame|laughter|laughing|boredom|curiosity",
        "want|wanted to die of|with old|natural age|causes", "want|wanted to die at|in home|peace|hospice|hospital",
        "cut|cutting myself some|a|off|short|shaving|out|free|loose", "cut|cutting myself on|with|while|when",
        "killing|kill|killed myself laughing|with laughter", "suicide prevention|squad|helpline|line",
        "end|ended it all with|by a|laughing|hugging",
        "jump|jumps|jumped|jumping in front of the camera|class|queue|mirror|tv|television|screen",
        "he|she hit|beat me with|at|by|to the|a|some|his|her news|results|bill|truth|cards|door|games",
        "he|she hit|beat me with|at|to chess|cards|it|scrabble|monopoly",
        "starving|starve myself before|of|for the|sleep|scan|surgery|blood|test", "burn myself out",
    ),
}  # fmt: skip
"""Language -> phrases that only sound so. A worrying phrase inside one of these raises no alarm."""
