"""The frame of a letter in Spanish."""

from service.issues.frames.frame import Frame

SPANISH = Frame(
    lang="es",
    web_copy="Leer esta carta en la web",
    unsubscribe="Darse de baja",
    choose="Elegir lo que recibe o tomarse un descanso",
    why="Recibe {newsletter} porque lo pidió y confirmó su dirección.",
    greeting="Hola, {name}:",
    greeting_nobody="Hola:",
    inside="En este número:",
    before_you_read="Antes de leer:",
    speaks_of="este texto habla de lo siguiente: {notes}.",
    nameless="Sin nombre",
    name_and_country="{name}, {country}",
    on_host="en {host}",
    read_story="Leer la historia «{title}»",
    read_article="Leer «{title}»",
    read_elsewhere="Leer «{title}» en {host}",
    visit="Ir a {name}",
    tell_us="Cuéntelo con sus palabras",
    a_story="Una historia",
    away_heading="Mientras descansaba",
    away_words="No tiene que ponerse al día. Estas historias llegaron mientras descansaba. Aquí están, por si le apetecen.",  # noqa: E501 - one paragraph
    quarter_heading="Desde su última carta",
    quarter_words="Estas historias salieron en los últimos meses.",
    hard_day="Si hoy es un día difícil",
    hard_day_words="No espere a que un mal día empeore. Personas que escuchan:",
    call="llamar al {phone}",
    quiet_name="Su carta",
    quiet_sender="Cartas",
    quiet_line="Esto es lo que tenemos para usted esta vez. No hay prisa. Esta carta le esperará.",
    quiet_story="Leer la historia {number}",
    quiet_article="Leer la página {number}",
    quiet_elsewhere="Leer la página {number} en otro sitio",
    quiet_visit="Ver el lugar {number}",
    months=(
        "enero", "febrero", "marzo", "abril", "mayo", "junio",
        "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
    ),
    day="{day} de {month} de {year}",
)  # fmt: skip
