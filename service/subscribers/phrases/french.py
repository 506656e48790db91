"""What we write to readers beside the issues, in French."""

from service.subscribers.phrases.phrases import Phrases

FRENCH = Phrases(
    lang="fr",
    hello="Bonjour {name}.",
    hello_nobody="Bonjour.",
    unsubscribe="Se désabonner",
    quiet_name="Votre lettre",
    quiet_sender="Lettres",
    confirm_subject="Merci de confirmer votre inscription",
    confirm_line="Appuyez sur le bouton si vous voulez recevoir {newsletter} à cette adresse.",
    confirm_heading="Était-ce vous\u00a0?",
    confirm_words="Quelqu’un nous a demandé d’envoyer {newsletter} à cette adresse. Si c’était vous, ouvrez la page et appuyez sur le bouton. Vous serez alors sur la liste.",  # noqa: E501 - one paragraph
    confirm_words_here="Quelqu’un nous a demandé d’envoyer {newsletter} à cette adresse. Si c’était vous, ouvrez cette page et appuyez sur le bouton. Vous serez alors sur la liste\u00a0:",  # noqa: E501 - one paragraph
    confirm_button="Oui, c’était moi",
    confirm_time="Le lien fonctionne pendant sept jours. Si vous ne faites rien, nous ne vous mettrons pas sur la liste.",  # noqa: E501 - one paragraph
    confirm_not_asked="Vous n’avez rien demandé\u00a0? Alors quelqu’un d’autre a saisi votre adresse.",
    confirm_not_me="{link}, et nous ne vous écrirons pas pendant un an.",
    confirm_not_me_link="Dites-nous que ce n’était pas vous",
    confirm_not_me_here="Dites-le-nous ici, et nous ne vous écrirons pas pendant un an\u00a0:",
    confirm_why="Vous recevez ce message parce que votre adresse a été saisie dans le formulaire d’inscription de notre site.",  # noqa: E501 - one paragraph
    welcome_subject="Bienvenue : vous êtes sur la liste",
    welcome_line="Merci. Le prochain numéro arrivera à cette adresse. Lisez-le quand cela vous convient.",
    welcome_heading="Nous sommes heureux de vous accueillir",
    welcome_from_now="Désormais, {newsletter} arrive à cette adresse.",
    welcome_read="Lisez quand vous en avez envie, ou pas du tout. Nous ne comptons pas qui ouvre quoi.",
    welcome_quiet="Si vous voulez un peu de calme, faites une pause aussi longtemps qu’il vous faut.",
    welcome_quiet_here="Si vous voulez un peu de calme, faites une pause aussi longtemps qu’il vous faut\u00a0:",
    welcome_button="Choisir ce que je reçois",
    welcome_keep="Gardez ce message\u00a0: ses liens fonctionnent tant que vous êtes avec nous.",
    welcome_why="Vous recevez ce message parce que vous avez demandé {newsletter} et confirmé votre adresse.",
    already_subject="Vous êtes déjà sur la liste",
    already_line="Votre adresse a été saisie une nouvelle fois dans notre formulaire. Vous n’avez rien à faire.",
    already_heading="Tout va bien\u00a0: vous recevez {newsletter}",
    already_words="Votre adresse vient d’être saisie dans notre formulaire d’inscription. Vous êtes déjà sur la liste, donc rien n’a changé.",  # noqa: E501 - one paragraph
    already_spam="Nos messages ne vous arrivent pas\u00a0? Regardez dans vos courriers indésirables, s’il vous plaît.",
    already_break="Vous faites peut-être aussi une pause\u00a0: un bouton suffit pour voir vos choix.",
    already_break_here="Vous faites peut-être aussi une pause. Voici vos choix\u00a0:",
    already_button="Voir mes choix",
    already_not_you="Si ce n’est pas vous qui l’avez saisie, vous pouvez laisser ce message de côté.",
    already_why="Vous recevez ce message parce que vous êtes sur la liste de {newsletter}.",
)
