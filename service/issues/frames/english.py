"""The frame of a letter in English."""

from service.issues.frames.frame import Frame

ENGLISH = Frame(
    lang="en",
    web_copy="Read this on the web",
    unsubscribe="Unsubscribe",
    choose="Choose what you get, or take a break",
    why="You get {newsletter} because you asked for it and confirmed your address.",
    greeting="Hello {name},",
    greeting_nobody="Hello,",
    inside="In this issue:",
    before_you_read="Before you read:",
    speaks_of="this speaks of {notes}.",
    nameless="Anonymous",
    name_and_country="{name}, {country}",
    on_host="on {host}",
    read_story="Read the story “{title}”",
    read_article="Read “{title}”",
    read_elsewhere="Read “{title}” on {host}",
    visit="Go to {name}",
    tell_us="Tell us in your words",
    a_story="A story",
    away_heading="While you were away",
    away_words="You do not have to catch up. These stories came while you rested. They are here if you would like them.",  # noqa: E501 - one paragraph
    quarter_heading="Since your last letter",
    quarter_words="These stories came out in the last few months.",
    hard_day="If today is hard",
    hard_day_words="You do not have to wait for a bad day to get worse. People who listen:",
    call="call {phone}",
    quiet_name="Your letter",
    quiet_sender="Letters",
    quiet_line="Here is what we have for you this time. There is no hurry. It will wait for you.",
    quiet_story="Read story {number}",
    quiet_article="Read page {number}",
    quiet_elsewhere="Read page {number} elsewhere",
    quiet_visit="Visit place {number}",
    months=(
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    day="{day} {month} {year}",
)  # fmt: skip
