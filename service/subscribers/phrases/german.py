"""What we write to readers beside the issues, in German."""

from service.subscribers.phrases.phrases import Phrases

GERMAN = Phrases(
    lang="de",
    hello="Hallo {name}.",
    hello_nobody="Hallo.",
    unsubscribe="Abmelden",
    quiet_name="Ihr Brief",
    quiet_sender="Briefe",
    confirm_subject="Bitte bestätigen Sie Ihre Anmeldung",
    confirm_line="Drücken Sie auf den Knopf, wenn {newsletter} an diese Adresse kommen soll.",
    confirm_heading="Waren Sie das?",
    confirm_words="Jemand hat uns gebeten, {newsletter} an diese Adresse zu schicken. Wenn Sie das waren, öffnen Sie die Seite und drücken Sie dort auf den Knopf. Dann stehen Sie auf der Liste.",  # noqa: E501 - one paragraph
    confirm_words_here="Jemand hat uns gebeten, {newsletter} an diese Adresse zu schicken. Wenn Sie das waren, öffnen Sie diese Seite und drücken Sie dort auf den Knopf. Dann stehen Sie auf der Liste:",  # noqa: E501 - one paragraph
    confirm_button="Ja, das war ich",
    confirm_time="Der Link gilt sieben Tage. Wenn Sie nichts tun, setzen wir Sie nicht auf die Liste.",
    confirm_not_asked="Sie haben nicht darum gebeten? Dann hat jemand anders Ihre Adresse eingegeben.",
    confirm_not_me="{link}, und wir schreiben Ihnen ein Jahr lang nicht.",
    confirm_not_me_link="Sagen Sie uns, dass Sie es nicht waren",
    confirm_not_me_here="Sagen Sie es uns hier, und wir schreiben Ihnen ein Jahr lang nicht:",
    confirm_why="Sie bekommen diese Mail, weil Ihre Adresse in das Anmeldeformular auf unserer Website eingegeben wurde.",  # noqa: E501 - one paragraph
    welcome_subject="Willkommen: Sie stehen auf der Liste",
    welcome_line="Danke. Die nächste Ausgabe kommt an diese Adresse. Lesen Sie sie, wann es Ihnen passt.",
    welcome_heading="Schön, dass Sie da sind",
    welcome_from_now="Ab jetzt kommt {newsletter} an diese Adresse.",
    welcome_read="Lesen Sie, wenn Ihnen danach ist, oder gar nicht. Wir zählen nicht, wer was öffnet.",
    welcome_quiet="Wenn Sie etwas Ruhe möchten, machen Sie eine Pause, so lange Sie sie brauchen.",
    welcome_quiet_here="Wenn Sie etwas Ruhe möchten, machen Sie eine Pause, so lange Sie sie brauchen:",
    welcome_button="Auswählen, was ich bekomme",
    welcome_keep="Heben Sie diese Mail auf: Die Links darin gelten, solange Sie bei uns sind.",
    welcome_why="Sie bekommen diese Mail, weil Sie um {newsletter} gebeten und Ihre Adresse bestätigt haben.",
    already_subject="Sie stehen schon auf der Liste",
    already_line="Ihre Adresse wurde noch einmal in unser Formular eingegeben. Sie müssen nichts tun.",
    already_heading="Alles ist gut: Sie bekommen {newsletter}",
    already_words="Ihre Adresse wurde gerade in unser Anmeldeformular eingegeben. Sie stehen schon auf der Liste, also hat sich nichts geändert.",  # noqa: E501 - one paragraph
    already_spam="Kommt unsere Post nicht bei Ihnen an? Bitte sehen Sie in Ihrem Spam-Ordner nach.",
    already_break="Vielleicht machen Sie auch gerade eine Pause: Ein Knopf zeigt Ihnen, was Sie ausgewählt haben.",
    already_break_here="Vielleicht machen Sie auch gerade eine Pause. Das haben Sie ausgewählt:",
    already_button="Meine Auswahl ansehen",
    already_not_you="Wenn Sie das nicht selbst waren, können Sie diese Mail liegen lassen.",
    already_why="Sie bekommen diese Mail, weil Sie auf der Liste von {newsletter} stehen.",
)
