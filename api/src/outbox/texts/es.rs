//! Spanish.

use super::{Texts, Words};

pub(super) const TEXTS: Texts = Texts {
    invitation: Words(
        "Su invitación",
        "Le han invitado a entrar. Abra este enlace y elija una contraseña:

{link}

El enlace sirve una sola vez y por tiempo limitado. Si no lo esperaba, no tiene que hacer nada.
",
    ),
    password_reset: Words(
        "Su enlace",
        "Abra este enlace para elegir una contraseña nueva:

{link}

El enlace sirve una sola vez y por tiempo limitado. Si no lo ha pedido, no tiene que hacer nada: su contraseña no cambia.
",
    ),
    password_changed: Words(
        "Un cambio que debe conocer",
        "Su contraseña ha cambiado y se han cerrado todas las sesiones abiertas con ella.

Si no ha sido usted, elija ahora una nueva y avise a quienes administran este servicio.
",
    ),
    second_factor_removed: Words(
        "Un cambio que debe conocer",
        "Quienes administran este servicio han retirado el segundo factor con el que usted entra, porque se les dijo que lo había perdido.
Se han cerrado todas sus sesiones.

Entre con su contraseña; puede que se le pida configurar otro. Si no lo pidió usted, entre cuanto antes, elija una contraseña nueva
y avise a quienes administran este servicio.
",
    ),
    key_exposed: Words(
        "Un cambio que debe conocer",
        "Una clave entregada por usted o por otras personas se envió en una dirección, donde pueden haberla guardado programas intermedios. Allí
fue rechazada.

Inicie sesión, busque la clave marcada como expuesta y reemplácela. Avise a quienes la usan de que la envíen solo en una cabecera.
",
    ),
    webhook_disabled: Words(
        "Un cambio que debe conocer",
        "Un programa al que avisamos de lo que ocurre no respondió durante mucho tiempo, o dijo que ya no existe. Ya no le avisamos de nada.

Inicie sesión para ver cuál es y por qué. Cuando funcione, haga que se verifique y que se le avise de nuevo de lo que perdió.
",
    ),
    submission_received: Words(
        "Hemos recibido su mensaje",
        "Gracias. Lo que envió ha llegado. Puede seguirlo aquí:

{link}

Quien tenga este enlace puede leer y cambiar lo que envió: no lo comparta.
",
    ),
    submission_changes_requested: Words(
        "Una pregunta para usted",
        "Alguien ha leído lo que envió y tiene una pregunta. Responda aquí:

{link}
",
    ),
    submission_approved: Words(
        "Hay novedades",
        "Se ha decidido algo que usted espera. Véalo aquí:

{link}
",
    ),
    submission_rejected: Words(
        "Hay novedades",
        "Se ha decidido algo que usted espera. Véalo aquí:

{link}
",
    ),
    submission_message: Words(
        "Un mensaje para usted",
        "Hay un mensaje para usted. Léalo aquí:

{link}
",
    ),
    confirm_entry: Words(
        "Confirme, por favor",
        "Abra este enlace para confirmar su inscripción:

{link}

Si no sabe de qué se trata, no tiene que hacer nada: sin confirmación se elimina.
",
    ),
    listing_due: Words(
        "¿Sigue siendo así?",
        "Hace un año que alguien dijo que su ficha está como debe estar. Abra este enlace para decir que sigue así, para cambiarla o para
retirarla:

{link}

El enlace sirve una vez, durante noventa días. Si no hace nada, la ficha queda como está.
",
    ),
    listing_handed_over: Words(
        "Un cambio que debe conocer",
        "Otra persona se ocupa ahora de la ficha sobre la que le preguntábamos. No recibirá más cartas sobre ella, y los enlaces de las
anteriores ya no sirven.

Si no es correcto, avise a quienes administran este servicio.
",
    ),
    consent_expiring: Words(
        "¿Sigue estando de acuerdo?",
        "Hace un tiempo usted permitió algo, y lo que dijo entonces termina dentro de un mes aproximadamente. Abra este enlace para ver qué es,
para permitirlo de nuevo o para terminarlo ya:

{link}

Quien tenga este enlace puede hacer lo mismo en su lugar: guárdelo para usted. Si no hace nada, termina por sí solo.
",
    ),
    entry_again: Words(
        "Confirme, por favor",
        "Ya hay una inscripción con esta dirección. Abra este enlace si quiere que la nueva ocupe su lugar:

{link}

Si no sabe de qué se trata, no tiene que hacer nada: todo queda como está.
",
    ),
    entry_news: Words(
        "Novedades para usted",
        "Hay novedades de algo que usted espera. Véalas aquí:

{link}
",
    ),
    entry_offered: Words(
        "Algo está reservado para usted",
        "Algo que usted espera queda reservado para usted durante 24 horas. Acéptelo aquí, o será para otra persona:

{link}
",
    ),
    entry_called_off: Words(
        "Un cambio que debe conocer",
        "Algo a lo que usted quería venir no tendrá lugar. Véalo aquí:

{link}
",
    ),
    new_links: Words(
        "Lo que pidió",
        "Aquí tiene enlaces nuevos a lo que es suyo. Es posible que un enlace anterior a lo mismo ya no funcione.

{link}

Si no lo ha pedido, no tiene que hacer nada. Nadie más tiene estos enlaces.
",
    ),
    entry_reminder: Words(
        "Un recordatorio para usted",
        "Algo en lo que usted tiene un lugar comienza entonces:

{when}

Véalo aquí. Dónde es y cómo se participa no está en ninguna carta: se dice allí, desde 24 horas antes.

{link}

El archivo de esta carta lo pone en su calendario. Abra este enlace para no recibir más recordatorios de ello:

{stop}
",
    ),
    confirm_watch: Words(
        "Confirme, por favor",
        "Alguien nos pidió escribir a esta dirección cuando haya algo nuevo. Abra este enlace para decir que fue usted:

{link}

El mismo enlace sirve más tarde para cambiarlo y para terminarlo: no lo comparta. Si no sabe nada de esto, no tiene que hacer nada.
No se envía nada más, y esta dirección se olvida en dos días.
",
    ),
    watch_digest: Words(
        "Lo nuevo",
        "Esto es nuevo desde la última vez:

{items}

Todo lo que hay está aquí:

{link}

Abra este enlace para no recibir más cartas como esta:

{stop}
",
    ),
    words: "Palabras de alguien",
};
