//! Portuguese.

use super::{Texts, Words};

pub(super) const TEXTS: Texts = Texts {
    invitation: Words(
        "O seu convite",
        "Recebeu um convite para entrar. Abra esta ligação e escolha uma palavra-passe:

{link}

A ligação funciona uma só vez e por tempo limitado. Se não esperava isto, não precisa de fazer nada.
",
    ),
    password_reset: Words(
        "A sua ligação",
        "Abra esta ligação para escolher uma nova palavra-passe:

{link}

A ligação funciona uma só vez e por tempo limitado. Se não a pediu, não precisa de fazer nada: a sua palavra-passe fica como está.
",
    ),
    password_changed: Words(
        "Uma mudança que deve conhecer",
        "A sua palavra-passe foi mudada e todas as sessões abertas com ela foram encerradas.

Se não foi você, escolha agora uma nova e avise quem gere este serviço.
",
    ),
    second_factor_removed: Words(
        "Uma mudança que deve conhecer",
        "Quem gere este serviço retirou o segundo fator com que inicia sessão, porque lhe disseram que o tinha perdido.
Todas as suas sessões foram encerradas.

Inicie sessão com a sua palavra-passe; pode ser-lhe pedido que configure outro. Se não foi você que o pediu, inicie sessão sem demora,
escolha uma nova palavra-passe e avise quem gere este serviço.
",
    ),
    key_exposed: Words(
        "Uma mudança que deve conhecer",
        "Uma chave entregue por si ou por outras pessoas foi enviada num endereço, onde programas intermédios a podem ter guardado. Ali foi
recusada.

Inicie sessão, procure a chave marcada como exposta e substitua-a. Avise quem a usa de que a envie apenas num cabeçalho.
",
    ),
    webhook_disabled: Words(
        "Uma mudança que deve conhecer",
        "Um programa que avisamos do que acontece não respondeu durante muito tempo, ou disse que já não existe. Já não o avisamos de nada.

Inicie sessão para ver qual é e porquê. Quando funcionar, mande verificá-lo e avisá-lo de novo do que perdeu.
",
    ),
    submission_received: Words(
        "Recebemos a sua mensagem",
        "Obrigado. O que enviou chegou. Acompanhe aqui:

{link}

Quem tiver esta ligação pode ler e alterar o que enviou: guarde-a para si.
",
    ),
    submission_changes_requested: Words(
        "Uma pergunta para si",
        "Alguém leu o que enviou e tem uma pergunta. Responda aqui:

{link}
",
    ),
    submission_approved: Words(
        "Novidades para si",
        "Foi decidido algo que espera. Veja aqui:

{link}
",
    ),
    submission_rejected: Words(
        "Novidades para si",
        "Foi decidido algo que espera. Veja aqui:

{link}
",
    ),
    submission_message: Words(
        "Uma mensagem para si",
        "Há uma mensagem para si. Leia aqui:

{link}
",
    ),
    confirm_entry: Words(
        "Por favor, confirme",
        "Abra esta ligação para confirmar a sua inscrição:

{link}

Se não sabe de nada, não precisa de fazer nada: sem confirmação é removida.
",
    ),
    listing_due: Words(
        "Continua a ser assim?",
        "Há um ano que alguém disse que a sua ficha está como deve estar. Abra esta ligação para dizer que continua assim, para a mudar ou
para a retirar:

{link}

A ligação funciona uma vez, durante noventa dias. Se não fizer nada, a ficha fica como está.
",
    ),
    listing_handed_over: Words(
        "Uma mudança que deve conhecer",
        "Outra pessoa cuida agora da ficha sobre a qual lhe perguntávamos. Não receberá mais cartas sobre ela, e as ligações das anteriores
já não funcionam.

Se não estiver certo, avise quem gere este serviço.
",
    ),
    consent_expiring: Words(
        "Continua de acordo?",
        "Há algum tempo permitiu algo, e o que disse então termina dentro de cerca de um mês. Abra esta ligação para ver do que se trata, para
o permitir de novo ou para o terminar já:

{link}

Quem tiver esta ligação pode fazer o mesmo no seu lugar: guarde-a para si. Se não fizer nada, termina por si.
",
    ),
    entry_again: Words(
        "Por favor, confirme",
        "Já há uma inscrição com este endereço. Abra esta ligação se quer que a nova ocupe o lugar dela:

{link}

Se não sabe de nada, não precisa de fazer nada: tudo fica como está.
",
    ),
    entry_news: Words(
        "Novidades para si",
        "Há novidades sobre algo que espera. Veja aqui:

{link}
",
    ),
    entry_offered: Words(
        "Algo está guardado para si",
        "Algo que espera fica guardado para si durante 24 horas. Aceite aqui, ou será de outra pessoa:

{link}
",
    ),
    entry_called_off: Words(
        "Uma mudança que deve conhecer",
        "Algo a que queria vir não vai realizar-se. Veja aqui:

{link}
",
    ),
    new_links: Words(
        "O que pediu",
        "Aqui estão novas ligações para o que é seu. Uma ligação anterior para o mesmo pode já não funcionar.

{link}

Se não o pediu, não precisa de fazer nada. Mais ninguém tem estas ligações.
",
    ),
    entry_reminder: Words(
        "Um lembrete para si",
        "Algo em que tem um lugar começa então:

{when}

Veja aqui. Onde é e como se participa não está em nenhuma carta: diz-se ali, a partir de 24 horas antes.

{link}

O ficheiro desta carta põe-no no seu calendário. Abra esta ligação para não receber mais lembretes disto:

{stop}
",
    ),
    confirm_watch: Words(
        "Confirme, por favor",
        "Alguém nos pediu que escrevêssemos para este endereço quando houver algo novo. Abra esta ligação para dizer que foi você:

{link}

A mesma ligação serve mais tarde para o mudar e para o terminar: guarde-a para si. Se não sabe nada disto, não precisa de fazer nada.
Nada mais é enviado, e este endereço é esquecido em dois dias.
",
    ),
    watch_digest: Words(
        "O que há de novo",
        "Isto é novo desde a última vez:

{items}

Tudo o que há está aqui:

{link}

Abra esta ligação para não receber mais cartas como esta:

{stop}
",
    ),
    words: "Palavras de alguém",
};
