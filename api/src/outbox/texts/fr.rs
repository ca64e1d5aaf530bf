//! French.

use super::{Texts, Words};

pub(super) const TEXTS: Texts = Texts {
    invitation: Words(
        "Votre invitation",
        "Vous êtes invité·e à vous connecter. Ouvrez ce lien et choisissez un mot de passe :

{link}

Le lien ne sert qu’une fois et pour un temps limité. Si vous ne l’attendiez pas, vous n’avez rien à faire.
",
    ),
    password_reset: Words(
        "Votre lien",
        "Ouvrez ce lien pour choisir un nouveau mot de passe :

{link}

Le lien ne sert qu’une fois et pour un temps limité. Si vous n’avez rien demandé, vous n’avez rien à faire : votre mot de passe reste le même.
",
    ),
    password_changed: Words(
        "Un changement à connaître",
        "Votre mot de passe a été changé et toutes les sessions ouvertes avec l’ancien ont été fermées.

Si ce n’était pas vous, choisissez-en un nouveau maintenant et prévenez les responsables de ce service.
",
    ),
    second_factor_removed: Words(
        "Un changement à connaître",
        "Les responsables de ce service ont retiré le second facteur avec lequel vous vous connectez, car on leur a dit que vous l’aviez perdu.
Toutes vos sessions ont été fermées.

Connectez-vous avec votre mot de passe ; il se peut que l’on vous demande d’en configurer un autre. Si la demande ne venait pas de vous,
connectez-vous sans attendre, choisissez un nouveau mot de passe et prévenez les responsables de ce service.
",
    ),
    key_exposed: Words(
        "Un changement à connaître",
        "Une clé remise par vous ou par d’autres a été envoyée dans une adresse, où des programmes intermédiaires ont pu la conserver. Elle y a été
refusée.

Connectez-vous, cherchez la clé marquée comme exposée et remplacez-la. Dites à ceux qui l’utilisent de ne l’envoyer que dans un en-tête.
",
    ),
    webhook_disabled: Words(
        "Un changement à connaître",
        "Un programme que nous prévenons de ce qui se passe n’a pas répondu pendant longtemps, ou a dit qu’il n’existe plus. Nous ne le prévenons
plus de rien.

Connectez-vous pour voir lequel et pourquoi. Quand il fonctionne, faites-le vérifier et prévenir à nouveau de ce qu’il a manqué.
",
    ),
    submission_received: Words(
        "Nous avons reçu votre message",
        "Merci. Votre envoi est arrivé. Suivez-le ici :

{link}

Quiconque a ce lien peut lire et modifier votre envoi : gardez-le pour vous.
",
    ),
    submission_changes_requested: Words(
        "Une question pour vous",
        "Quelqu’un a lu votre envoi et a une question. Répondez ici :

{link}
",
    ),
    submission_approved: Words(
        "Du nouveau pour vous",
        "Une décision que vous attendez a été prise. Voyez-la ici :

{link}
",
    ),
    submission_rejected: Words(
        "Du nouveau pour vous",
        "Une décision que vous attendez a été prise. Voyez-la ici :

{link}
",
    ),
    submission_message: Words(
        "Un message pour vous",
        "Il y a un message pour vous. Lisez-le ici :

{link}
",
    ),
    confirm_entry: Words(
        "Merci de confirmer",
        "Ouvrez ce lien pour confirmer votre inscription :

{link}

Si cela ne vous dit rien, vous n’avez rien à faire : sans confirmation, elle est supprimée.
",
    ),
    listing_due: Words(
        "Est-ce toujours le cas ?",
        "Il y a un an que quelqu’un a dit que votre fiche est comme elle doit être. Ouvrez ce lien pour dire qu’elle l’est encore, pour la
modifier ou pour la retirer :

{link}

Le lien fonctionne une fois, pendant quatre-vingt-dix jours. Si vous ne faites rien, la fiche reste comme elle est.
",
    ),
    listing_handed_over: Words(
        "Un changement à connaître",
        "Quelqu’un d’autre s’occupe désormais de la fiche au sujet de laquelle nous vous écrivions. Vous ne recevrez plus de lettres à ce
sujet, et les liens des précédentes ne fonctionnent plus.

Si ce n’est pas juste, prévenez les responsables de ce service.
",
    ),
    consent_expiring: Words(
        "Toujours d’accord ?",
        "Il y a quelque temps, vous avez permis quelque chose, et ce que vous avez dit alors prend fin dans un mois environ. Ouvrez ce lien
pour voir de quoi il s’agit, pour le permettre à nouveau ou pour y mettre fin dès maintenant :

{link}

Quiconque a ce lien peut en faire autant à votre place : gardez-le pour vous. Si vous ne faites rien, cela prend fin de soi-même.
",
    ),
    entry_again: Words(
        "Merci de confirmer",
        "Il y a déjà une inscription avec cette adresse. Ouvrez ce lien si la nouvelle doit prendre sa place :

{link}

Si cela ne vous dit rien, vous n’avez rien à faire : tout reste comme avant.
",
    ),
    entry_news: Words(
        "Des nouvelles pour vous",
        "Il y a du nouveau à propos de quelque chose que vous attendez. Voyez ici :

{link}
",
    ),
    entry_offered: Words(
        "Quelque chose vous est réservé",
        "Quelque chose que vous attendez vous est réservé pendant 24 heures. Acceptez ici, sinon quelqu’un d’autre l’aura :

{link}
",
    ),
    entry_called_off: Words(
        "Un changement à connaître",
        "Quelque chose où vous vouliez venir n’aura pas lieu. Voyez ici :

{link}
",
    ),
    new_links: Words(
        "Ce que vous avez demandé",
        "Voici de nouveaux liens vers ce qui est à vous. Un ancien lien vers la même chose peut ne plus fonctionner.

{link}

Si vous ne l’avez pas demandé, vous n’avez rien à faire. Personne d’autre n’a ces liens.
",
    ),
    entry_reminder: Words(
        "Un rappel pour vous",
        "Quelque chose où vous avez une place commence alors :

{when}

Voyez ici. Où cela se passe et comment y participer n’est dans aucune lettre : on le dit là, à partir de 24 heures avant.

{link}

Le fichier joint le met dans votre agenda. Ouvrez ce lien pour ne plus recevoir de rappels à ce sujet :

{stop}
",
    ),
    confirm_watch: Words(
        "Merci de confirmer",
        "Quelqu’un nous a demandé d’écrire à cette adresse quand il y a du nouveau. Ouvrez ce lien pour dire que c’était vous :

{link}

Le même lien permet plus tard de changer cela et d’y mettre fin : gardez-le pour vous. Si vous n’en savez rien, vous n’avez rien à
faire. Rien d’autre n’est envoyé, et cette adresse est oubliée en deux jours.
",
    ),
    watch_digest: Words(
        "Du nouveau",
        "Voici ce qui est nouveau depuis la dernière fois :

{items}

Tout ce qu’il y a est ici :

{link}

Ouvrez ce lien pour ne plus recevoir de lettres comme celle-ci :

{stop}
",
    ),
    words: "Des paroles de quelqu’un",
};
