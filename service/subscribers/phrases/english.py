"""What we write to readers beside the issues, in English."""

from service.subscribers.phrases.phrases import Phrases

ENGLISH = Phrases(
    lang="en",
    hello="Hello {name}.",
    hello_nobody="Hello.",
    unsubscribe="Unsubscribe",
    quiet_name="Your letter",
    quiet_sender="Letters",
    confirm_subject="Please confirm your sign-up",
    confirm_line="Press the button if you would like {newsletter} to come to this address.",
    confirm_heading="Was it you?",
    confirm_words="Somebody asked us to send {newsletter} to this address. If it was you, open the page and press the button there. Then you are on the list.",  # noqa: E501 - one paragraph
    confirm_words_here="Somebody asked us to send {newsletter} to this address. If it was you, open this page and press the button there. Then you are on the list:",  # noqa: E501 - one paragraph
    confirm_button="Yes, it was me",
    confirm_time="The link works for seven days. If you do nothing, we will not put you on the list.",
    confirm_not_asked="You did not ask for this? Then somebody else typed your address.",
    confirm_not_me="{link}, and we will not write to you for a year.",
    confirm_not_me_link="Tell us that it was not you",
    confirm_not_me_here="Tell us here, and we will not write to you for a year:",
    confirm_why="You get this mail because your address was typed into the sign-up form on our website.",
    welcome_subject="Welcome: you are on the list",
    welcome_line="Thank you. The next issue comes to this address. Read it whenever it suits you.",
    welcome_heading="We are glad you are here",
    welcome_from_now="From now on {newsletter} comes to this address.",
    welcome_read="Read it when you feel like it, or not at all. We do not count who opens what.",
    welcome_quiet="If you would like some quiet, take a break for as long as you need.",
    welcome_quiet_here="If you would like some quiet, take a break for as long as you need:",
    welcome_button="Choose what I get",
    welcome_keep="Keep this mail: the links in it work for as long as you are with us.",
    welcome_why="You get this mail because you asked for {newsletter} and confirmed your address.",
    already_subject="You are already on the list",
    already_line="Your address was typed into our form again. There is nothing you need to do.",
    already_heading="All is well: you get {newsletter}",
    already_words="Your address was just typed into our sign-up form. You are on the list already, so nothing has changed.",  # noqa: E501 - one paragraph
    already_spam="Does our mail not reach you? Please look in your spam folder.",
    already_break="You may also be taking a break: your choices are one press away.",
    already_break_here="You may also be taking a break. Here are your choices:",
    already_button="See my choices",
    already_not_you="If it was not you who typed it, you can leave this mail be.",
    already_why="You get this mail because you are on the list of {newsletter}.",
)
