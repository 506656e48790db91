"""The frame of a letter in German."""

from service.issues.frames.frame import Frame

GERMAN = Frame(
    lang="de",
    web_copy="Diesen Brief im Web lesen",
    unsubscribe="Abmelden",
    choose="Auswählen, was Sie bekommen, oder eine Pause machen",
    why="Sie bekommen {newsletter}, weil Sie darum gebeten und Ihre Adresse bestätigt haben.",
    greeting="Hallo {name},",
    greeting_nobody="Hallo,",
    inside="In dieser Ausgabe:",
    before_you_read="Bevor Sie lesen:",
    speaks_of="In diesem Text kommt vor: {notes}.",
    nameless="Anonym",
    name_and_country="{name}, {country}",
    on_host="auf {host}",
    read_story="Die Geschichte „{title}“ lesen",
    read_article="„{title}“ lesen",
    read_elsewhere="„{title}“ auf {host} lesen",
    visit="Zu {name} gehen",
    tell_us="Erzählen Sie es mit Ihren Worten",
    a_story="Eine Geschichte",
    away_heading="Während Sie weg waren",
    away_words="Sie müssen nichts nachholen. Diese Geschichten kamen, während Sie sich ausgeruht haben. Sie sind da, wenn Sie möchten.",  # noqa: E501 - one paragraph
    quarter_heading="Seit Ihrem letzten Brief",
    quarter_words="Diese Geschichten sind in den letzten Monaten erschienen.",
    hard_day="Wenn heute ein schwerer Tag ist",
    hard_day_words="Sie müssen nicht warten, bis ein schlechter Tag noch schlechter wird. Hier hört Ihnen jemand zu:",
    call="{phone} anrufen",
    quiet_name="Ihr Brief",
    quiet_sender="Briefe",
    quiet_line="Das haben wir diesmal für Sie. Es eilt nicht. Dieser Brief wartet auf Sie.",
    quiet_story="Geschichte {number} lesen",
    quiet_article="Seite {number} lesen",
    quiet_elsewhere="Seite {number} auf einer anderen Website lesen",
    quiet_visit="Adresse {number} ansehen",
    months=(
        "Januar", "Februar", "März", "April", "Mai", "Juni",
        "Juli", "August", "September", "Oktober", "November", "Dezember",
    ),
    day="{day}. {month} {year}",
)  # fmt: skip
