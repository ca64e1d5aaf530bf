//! Who did what to which record. Rows are added and never changed or removed; they hold names of fields and no values.

use sea_orm::entity::prelude::*;

use crate::Relation;
use crate::values::Texts;

crate::text_enum! {
    /// What kind of actor did something.
    AuditActor {
        /// Somebody signed in.
        Account = "account",
        /// An organisation's API key.
        Key = "key",
        /// Somebody with a token for one matter, such as an invitation.
        Token = "token",
        /// The service itself, or its operator on the command line.
        System = "system",
        /// Somebody without credentials.
        Nobody = "nobody",
    }
}

crate::text_enum! {
    /// What a token was for.
    AuditToken {
        /// Taking up an invitation.
        Invitation = "invitation",
        /// Choosing a new password.
        PasswordReset = "password_reset",
        /// Setting up a second factor.
        SecondFactorEnrolment = "second_factor_enrolment",
        /// Following a submission.
        Tracking = "tracking",
        /// Managing a registration, a consent or an entry on the map.
        Manage = "manage",
    }
}

crate::text_enum! {
    /// What was done.
    AuditAction {
        /// A record was made.
        Create = "create",
        /// A record was changed; the fields say where.
        Update = "update",
        /// A record was removed.
        Delete = "delete",
        /// Something restricted was read.
        Read = "read",
        /// Somebody was invited.
        Invite = "invite",
        /// An invitation was taken up.
        Activate = "activate",
        /// It was put out of use, for now.
        Suspend = "suspend",
        /// It was put to use again.
        Restore = "restore",
        /// Somebody signed in.
        SignIn = "sign_in",
        /// Somebody was not let in.
        SignInRefused = "sign_in_refused",
        /// Somebody signed out.
        SignOut = "sign_out",
        /// Sessions were ended.
        EndSessions = "end_sessions",
        /// A new password was asked for.
        RequestPasswordReset = "request_password_reset",
        /// A password was changed.
        ChangePassword = "change_password",
        /// A second factor was set up.
        EnrolSecondFactor = "enrol_second_factor",
        /// A second factor was taken away.
        RemoveSecondFactor = "remove_second_factor",
        /// A key was given out.
        IssueKey = "issue_key",
        /// A key was replaced.
        RotateKey = "rotate_key",
        /// A key's last secret ended before its time.
        EndOverlap = "end_overlap",
        /// A key turned up where others can read it.
        Expose = "expose",
        /// A key was taken back.
        RevokeKey = "revoke_key",
        /// Somebody took it to work on.
        Claim = "claim",
        /// Changes were asked for.
        RequestChanges = "request_changes",
        /// It was approved.
        Approve = "approve",
        /// It was turned down.
        Reject = "reject",
        /// It was taken back.
        Withdraw = "withdraw",
        /// Everything that told of somebody was erased.
        Erase = "erase",
        /// It was made public.
        Publish = "publish",
        /// It was sent to a moderator.
        Submit = "submit",
        /// It was given a date.
        Schedule = "schedule",
        /// It was given another date.
        Reschedule = "reschedule",
        /// It took place.
        Complete = "complete",
        /// It was called off.
        Cancel = "cancel",
        /// Nothing more comes of it.
        End = "end",
        /// Another one goes on from here.
        Split = "split",
        /// It was put away.
        Archive = "archive",
        /// A message was written.
        Message = "message",
        /// Somebody got a seat, or said that it is still so.
        Confirm = "confirm",
        /// What it was before an edit was put back.
        RestoreRevision = "restore_revision",
        /// What an edit had changed was blanked for good.
        BlankRevision = "blank_revision",
        /// Somebody was turned away.
        Decline = "decline",
        /// A seat is held for somebody, for a while.
        Offer = "offer",
        /// An address was shown to be theirs.
        Verify = "verify",
        /// Its time was over.
        Expire = "expire",
        /// Somebody came.
        CheckIn = "check_in",
        /// Somebody did not come.
        MarkAbsent = "mark_absent",
        /// Nothing of it is public any more, at once.
        LockDown = "lock_down",
        /// A lockdown was ended.
        EndLockdown = "end_lockdown",
        /// It was proposed to a second person.
        Propose = "propose",
        /// It was taken off the public side, for now.
        Hide = "hide",
        /// It may be public again.
        Unhide = "unhide",
        /// What it brought was removed again.
        Undo = "undo",
        /// It was told again.
        Replay = "replay",
        /// Somebody says that it is done on their side, too.
        Acknowledge = "acknowledge",
    }
}

crate::text_enum! {
    /// What kind of record it was done to.
    AuditKind {
        /// An account.
        Account = "account",
        /// A session of an account.
        Session = "session",
        /// An organisation's API key.
        ApiKey = "api_key",
        /// An organisation.
        Organisation = "organisation",
        /// A person.
        Person = "person",
        /// An initiative.
        Initiative = "initiative",
        /// A request to be on the map.
        Submission = "submission",
        /// An event.
        Event = "event",
        /// A series of events.
        Series = "series",
        /// A dialogue guide.
        Guide = "guide",
        /// An outcome.
        Outcome = "outcome",
        /// A quote.
        Quote = "quote",
        /// A story.
        Story = "story",
        /// A theme.
        Theme = "theme",
        /// A consent.
        Consent = "consent",
        /// A registration for an event.
        Registration = "registration",
        /// The risk of a country.
        CountryRisk = "country_risk",
        /// The campaign as a whole.
        Campaign = "campaign",
        /// A proposal to a second person.
        Proposal = "proposal",
        /// A report that something endangers somebody.
        Report = "report",
        /// A file of records that was sent.
        Import = "import",
        /// An export that was asked for.
        Export = "export",
        /// A webhook of an organisation.
        Webhook = "webhook",
    }
}

/// A row of `audit_entry`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    /// Identifier (UUIDv7).
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// When.
    pub at: DateTimeUtc,
    /// What kind of actor.
    pub actor: AuditActor,
    /// Which account or key.
    pub actor_id: Option<Uuid>,
    /// What the token was for.
    pub token: Option<AuditToken>,
    /// What was done.
    pub action: AuditAction,
    /// The kind of record.
    pub record_kind: Option<AuditKind>,
    /// The record.
    pub record_id: Option<Uuid>,
    /// The names of the fields concerned.
    #[sea_orm(column_type = "JsonBinary")]
    pub fields: Texts,
    /// The request in which it was done.
    pub request_id: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
