"""What we write to readers beside the issues, in Spanish."""

from service.subscribers.phrases.phrases import Phrases

SPANISH = Phrases(
    lang="es",
    hello="Hola, {name}.",
    hello_nobody="Hola.",
    unsubscribe="Darse de baja",
    quiet_name="Su carta",
    quiet_sender="Cartas",
    confirm_subject="Por favor, confirme su suscripción",
    confirm_line="Pulse el botón si quiere que {newsletter} llegue a esta dirección.",
    confirm_heading="¿Fue usted?",
    confirm_words="Alguien nos pidió enviar {newsletter} a esta dirección. Si fue usted, abra la página y pulse el botón. Entonces estará en la lista.",  # noqa: E501 - one paragraph
    confirm_words_here="Alguien nos pidió enviar {newsletter} a esta dirección. Si fue usted, abra esta página y pulse el botón. Entonces estará en la lista:",  # noqa: E501 - one paragraph
    confirm_button="Sí, fui yo",
    confirm_time="El enlace funciona durante siete días. Si no hace nada, no le pondremos en la lista.",
    confirm_not_asked="¿No lo pidió usted? Entonces otra persona escribió su dirección.",
    confirm_not_me="{link} y no le escribiremos durante un año.",
    confirm_not_me_link="Díganos que no fue usted",
    confirm_not_me_here="Díganoslo aquí y no le escribiremos durante un año:",
    confirm_why="Recibe este mensaje porque alguien escribió su dirección en el formulario de suscripción de nuestra web.",  # noqa: E501 - one paragraph
    welcome_subject="Le damos la bienvenida: está en la lista",
    welcome_line="Gracias. El próximo número llegará a esta dirección. Léalo cuando le venga bien.",
    welcome_heading="Nos alegra que esté aquí",
    welcome_from_now="A partir de ahora, {newsletter} llega a esta dirección.",
    welcome_read="Léalo cuando le apetezca, o no lo lea. No contamos quién abre qué.",
    welcome_quiet="Si quiere un poco de calma, tómese un descanso todo el tiempo que necesite.",
    welcome_quiet_here="Si quiere un poco de calma, tómese un descanso todo el tiempo que necesite:",
    welcome_button="Elegir lo que recibo",
    welcome_keep="Guarde este mensaje: sus enlaces funcionan mientras siga con nosotros.",
    welcome_why="Recibe este mensaje porque pidió {newsletter} y confirmó su dirección.",
    already_subject="Ya está en la lista",
    already_line="Alguien volvió a escribir su dirección en nuestro formulario. No tiene que hacer nada.",
    already_heading="Todo va bien: recibe {newsletter}",
    already_words="Alguien acaba de escribir su dirección en nuestro formulario de suscripción. Usted ya está en la lista, así que nada ha cambiado.",  # noqa: E501 - one paragraph
    already_spam="¿No le llegan nuestros mensajes? Por favor, mire en su carpeta de correo no deseado.",
    already_break="También puede ser que se esté tomando un descanso: con un botón ve lo que eligió.",
    already_break_here="También puede ser que se esté tomando un descanso. Esto es lo que eligió:",
    already_button="Ver lo que elegí",
    already_not_you="Si no la escribió usted, no tiene que hacer nada con este mensaje.",
    already_why="Recibe este mensaje porque está en la lista de {newsletter}.",
)
