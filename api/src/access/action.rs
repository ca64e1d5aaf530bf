//! What can be done, and who may: the access matrix as code. A new kind of thing to do is a line in `actions!` below.

use ::entity::account::Role;
use ::entity::api_key::ApiScope::{self, *};

use super::actor::Actor;

/// Whose records an actor may do something to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Nobody's: it may not do this at all.
    None,
    /// Its own.
    Own,
    /// Everybody's.
    All,
}

/// One row of the matrix.
#[derive(Clone, Copy, Debug)]
pub struct Reaches {
    /// Without credentials.
    pub anonymous: Reach,
    /// Setting up a second factor.
    pub enrolling: Reach,
    /// Role member.
    pub member: Reach,
    /// Role host.
    pub host: Reach,
    /// Role moderator.
    pub moderator: Reach,
    /// Role admin.
    pub admin: Reach,
    /// An organisation's API key.
    pub partner: Reach,
    /// The scope that such a key needs for it, if one.
    pub scope: Option<ApiScope>,
}

impl Reaches {
    /// Nobody. A line of the matrix says who may.
    const NOBODY: Self = Self {
        anonymous: Reach::None,
        enrolling: Reach::None,
        member: Reach::None,
        host: Reach::None,
        moderator: Reach::None,
        admin: Reach::None,
        partner: Reach::None,
        scope: None,
    };

    /// The scope for want of which an API key may not do this.
    pub const fn missing(&self, actor: &Actor) -> Option<ApiScope> {
        match (self.scope, actor) {
            (Some(scope), Actor::Partner(partner)) if !partner.scopes.has(scope) => Some(scope),
            _ => None,
        }
    }

    /// How far this actor reaches.
    pub const fn of(&self, actor: &Actor) -> Reach {
        match actor {
            Actor::Anonymous => self.anonymous,
            Actor::Enrolling(_) => self.enrolling,
            Actor::Account(signed_in) => match signed_in.role {
                Role::Member => self.member,
                Role::Host => self.host,
                Role::Moderator => self.moderator,
                Role::Admin => self.admin,
            },
            Actor::Partner(_) if self.missing(actor).is_some() => Reach::None,
            Actor::Partner(_) => self.partner,
        }
    }
}

/// Something that can be done. One type each, so that a permit for one is none for another.
pub trait Action: 'static {
    /// Its name.
    const NAME: &'static str;
    /// Who may.
    const MAY: Reaches;
    /// What makes a record visible to whoever may not do this to it: then the answer is 403, otherwise 404.
    type Sees: Action;
}

/// Declares actions: `Name { actor: Reach, … }`, `, seen by Other` where those who may do `Other` to a record may know that it is
/// there, and `, with Scope`, which API keys need and which lets them do it to what is their organisation's own.
macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident { $($actor:ident: $reach:ident),* $(,)? } $(, seen by $sees:ident)? $(, with $scope:ident)?)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $name;

            impl Action for $name {
                const NAME: &'static str = stringify!($name);
                #[allow(clippy::needless_update, reason = "what everybody may do names every actor")]
                const MAY: Reaches = Reaches { $($actor: Reach::$reach,)* $(scope: Some($scope),)? ..Reaches::NOBODY };
                type Sees = actions!(@sees $name $($sees)?);
            }
        )*

        /// Every action and who may, for the matrix that is checked in.
        pub const ALL: &[(&str, Reaches)] = &[$(($name::NAME, $name::MAY)),*];
    };
    (@sees $name:ident) => { $name };
    (@sees $name:ident $sees:ident) => { $sees };
}

actions! {
    /// What everybody may do, with or without credentials; what does the work asks for a secret of its own.
    Anyone { anonymous: All, enrolling: All, member: All, host: All, moderator: All, admin: All, partner: All }
    /// Register for an event.
    Register { anonymous: All, enrolling: All, member: All, host: All, moderator: All, admin: All, partner: All }, with RegistrationsWrite
    /// Ask for a place on the map.
    Submit { anonymous: All, enrolling: All, member: All, host: All, moderator: All, admin: All, partner: All }, with SubmissionsWrite
    /// See and change one's own account.
    OwnAccount { member: Own, host: Own, moderator: Own, admin: Own }
    /// Set up a second factor of one's own.
    EnrolSecondFactor { enrolling: Own, member: Own, host: Own, moderator: Own, admin: Own }
    /// See and end one's own sessions.
    OwnSessions { member: Own, host: Own, moderator: Own, admin: Own }
    /// See accounts, their e-mail addresses included.
    ReadAccounts { admin: All }
    /// Invite people, give roles, suspend and restore accounts, take lost second factors away.
    ManageAccounts { admin: All }, seen by ReadAccounts
    /// See themes as records.
    ReadThemes { host: All, moderator: All, admin: All }
    /// Add, edit and remove themes.
    EditThemes { moderator: All, admin: All }, seen by ReadThemes
    /// See dialogue guides.
    ReadGuides { host: All, moderator: All, admin: All }
    /// Write and publish dialogue guides.
    EditGuides { moderator: All, admin: All }, seen by ReadGuides
    /// See records of organisations.
    ReadOrganisations { host: Own, moderator: All, admin: All, partner: Own }, with InitiativesRead
    /// Edit organisations.
    EditOrganisations { host: Own, moderator: All, admin: All, partner: Own }, seen by ReadOrganisations, with InitiativesWrite
    /// Record and remove organisations.
    CreateOrganisations { moderator: All, admin: All }, seen by ReadOrganisations
    /// Give out, replace and take back API keys, and suspend and restore organisations.
    ManageKeys { admin: All }
    /// Make and edit webhooks, and see what they were told.
    ManageWebhooks { admin: All, partner: Own }, with WebhooksManage
    /// See people, without their contacts.
    ReadPeople { host: Own, moderator: All, admin: All, partner: Own }, with RegistrationsRead
    /// Record people.
    CreatePeople { host: Own, moderator: All, admin: All, partner: Own }, seen by ReadPeople, with RegistrationsWrite
    /// Edit people: others' names are not for hosts to write.
    EditPeople { moderator: All, admin: All }, seen by ReadPeople
    /// See what people have allowed.
    ReadConsents { member: Own, host: Own, moderator: All, admin: All }
    /// Record what people allow, and withdraw it.
    RecordConsents { member: Own, host: Own, moderator: All, admin: All }, seen by ReadConsents
    /// Erase people for good. Their own is whose they are, not who recorded them.
    ErasePeople { member: Own, host: Own, moderator: Own, admin: All }
    /// Read everything that is held about somebody. Their own is whose they are, as above.
    ReadArchives { member: Own, host: Own, moderator: Own, admin: All }
    /// See records of initiatives.
    ReadInitiatives { host: Own, moderator: All, admin: All, partner: Own }, with InitiativesRead
    /// Record and edit initiatives.
    EditInitiatives { host: Own, moderator: All, admin: All, partner: Own }, seen by ReadInitiatives, with InitiativesWrite
    /// Put initiatives on the map and take them off it.
    PublishInitiatives { moderator: All, admin: All }, seen by ReadInitiatives
    /// See records of events, without what is sealed.
    ReadEvents { host: Own, moderator: All, admin: All, partner: Own }, with EventsRead
    /// Record and edit events, say that they were held or cancel them.
    EditEvents { host: Own, moderator: All, admin: All, partner: Own }, seen by ReadEvents, with EventsWrite
    /// Schedule events; what is risky only moderators and admins.
    ScheduleEvents { host: Own, moderator: All, admin: All }, seen by ReadEvents
    /// Take everything of an event off the public side, at once.
    LockEventsDown { host: Own, moderator: All, admin: All, partner: Own }, seen by ReadEvents, with EventsWrite
    /// Ask for times that are fair to many clocks.
    SuggestTimes { host: All, moderator: All, admin: All }
    /// See and take back what one registered for with one's account.
    OwnRegistrations { member: Own, host: Own, moderator: Own, admin: Own }
    /// See who registered for an event, under the names they chose.
    ReadRegistrations { host: Own, moderator: All, admin: All, partner: Own }, with RegistrationsRead
    /// Decide about registrations, check people in, and say how registration goes.
    ManageRegistrations { host: Own, moderator: All, admin: All, partner: Own }, seen by ReadRegistrations, with RegistrationsWrite
    /// See the contact of one who registered, with a reason.
    RevealContacts { host: Own, admin: All }, seen by ReadRegistrations
    /// See where an event really is, and how it is joined, at any time.
    RevealVenues { host: Own, moderator: Own, admin: All }
    /// See records of outcomes.
    ReadOutcomes { host: Own, moderator: All, admin: All, partner: Own }, with OutcomesRead
    /// Record, edit and withdraw outcomes.
    EditOutcomes { host: Own, moderator: All, admin: All, partner: Own }, seen by ReadOutcomes, with OutcomesWrite
    /// Approve outcomes for publication.
    ApproveOutcomes { moderator: All, admin: All }, seen by ReadOutcomes
    /// See records of quotes.
    ReadQuotes { host: Own, moderator: All, admin: All, partner: Own }, with QuotesRead
    /// Record, edit and withdraw quotes.
    EditQuotes { host: Own, moderator: All, admin: All, partner: Own }, seen by ReadQuotes, with QuotesWrite
    /// Approve quotes for publication.
    ApproveQuotes { moderator: All, admin: All }, seen by ReadQuotes
    /// See who knows of a withdrawal. An organisation's own is that of its quotes, and its part in that of whatever was public.
    ReadWithdrawals { host: Own, moderator: All, admin: All, partner: Own }, with ChangesRead
    /// Say that what was withdrawn is gone on one's own side, too.
    AcknowledgeWithdrawals { partner: Own }, seen by ReadWithdrawals, with ChangesRead
    /// See records of stories.
    ReadStories { host: Own, moderator: All, admin: All, partner: Own }, with OutcomesRead
    /// Record, edit and withdraw stories.
    EditStories { host: Own, moderator: All, admin: All, partner: Own }, seen by ReadStories, with OutcomesWrite
    /// Approve stories for publication.
    ApproveStories { moderator: All, admin: All }, seen by ReadStories
    /// Send files of records, read what became of them, and undo them.
    ImportRecords { admin: All, partner: Own }, with ImportsWrite
    /// Export records without personal data: own ones, or all.
    ExportRecords { host: Own, moderator: All, admin: All, partner: Own }, with EventsRead
    /// Follow the changes of what one may read.
    ReadChanges { moderator: All, admin: All, partner: Own }, with ChangesRead
    /// Read the audit log.
    ReadAuditLog { moderator: Own, admin: All }
    /// Read what is kept for how long, and what was erased.
    ReadRetention { admin: All }
    /// Ask whether the audit log is what it was.
    VerifyAuditLog { admin: All }
    /// Know whether the whole gallery is locked down.
    ReadLockdown { host: All, moderator: All, admin: All }
    /// Take the whole gallery down, at once.
    LockDown { admin: All }, seen by ReadLockdown
    /// See how dangerous countries are.
    ReadCountryRisks { moderator: All, admin: All }
    /// Say that a country is more dangerous, at once; or propose that it is less so.
    SetCountryRisks { moderator: All, admin: All }, seen by ReadCountryRisks
    /// See what is proposed: hosts what concerns their own records, and what they proposed.
    ReadProposals { host: Own, moderator: All, admin: All }
    /// Propose what takes a second person.
    Propose { host: Own, moderator: All, admin: All }, seen by ReadProposals
    /// Be the second person. Nobody decides what they proposed or made, which are rules of the room.
    DecideProposals { admin: All }, seen by ReadProposals
    /// See what is reported, and what was written about it.
    ReadReports { moderator: All, admin: All }
    /// Look into reports, close them, and hide what they are about.
    HandleReports { moderator: All, admin: All }, seen by ReadReports
    /// Review what newcomers submit. Nobody decides their own, which is a rule of the room.
    ReviewSubmissions { moderator: All, admin: All }
}
