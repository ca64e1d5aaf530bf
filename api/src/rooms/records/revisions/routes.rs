//! The calls about revisions, the same for every kind of record but for their addresses and who may.

/// Declares the calls of one kind: its tag, what a record is, its types, the member of its path, the
/// actions that let read and edit it, each with what the document says of credentials, how it is edited, and then names and
/// addresses. A room has them in a file of their own.
macro_rules! revision_routes {
    (
        $tag:tt, $record_is:tt, $record:ident, $out:ident, $path:ident, $id:ident,
        $reads:ident $read_security:tt, $edits:ident $edit_security:tt, $edited:ident,
        list $list:tt $list_at:tt, get $get:tt $get_at:tt, blank $blank:tt $blank_at:tt, restore $restore:tt $restore_at:tt $(,)?
    ) => {
        use actix_web::web::{Data, Path};
        use actix_web::{HttpRequest, HttpResponse, delete, get, post};
        use serde::Deserialize;
        use utoipa::IntoParams;
        use uuid::Uuid;

        use crate::access::Allowed;
        use crate::access::action::{$edits, $reads};
        use crate::app::App;
        use crate::http::Query;
        use crate::http::idempotency::{IdempotencyKey, Once};
        use crate::http::json::{Body, Empty};
        use crate::http::page::Paging;
        use crate::http::patch::{EditHeaders, IfMatch};
        use crate::problem::Problem;
        use crate::rooms::records::{self, Edit, RevisionOut, RevisionPage};

        /// Which revision.
        #[derive(Deserialize, IntoParams)]
        #[into_params(parameter_in = Path)]
        pub(super) struct RevisionPath {
            #[doc = $record_is]
            #[serde(deserialize_with = "crate::http::id::canonical")]
            #[param(value_type = Uuid)]
            $id: Uuid,
            /// The version of the record that the edit made.
            #[serde(deserialize_with = "crate::http::id::version")]
            #[param(minimum = 1)]
            version: i64,
        }

        /// List revisions
        ///
        /// Every edit since the record was public, newest first: who made it, when, which members it changed, and what of
        /// them the gallery shows, before and after. What is sealed or not shown is told by name only. A page of long texts
        /// may hold fewer than `limit`.
        #[utoipa::path(
            tag = $tag,
            operation_id = $list,
            params($path, Paging),
            responses((status = 200, description = "A page of revisions", body = RevisionPage), Problem),
            security $read_security
        )]
        #[get($list_at)]
        pub(super) async fn list(
            app: Data<App>,
            req: HttpRequest,
            who: Allowed<$reads>,
            path: Path<$path>,
            paging: Query<Paging>,
        ) -> Result<HttpResponse, Problem> {
            records::revisions::<$record>(&app, &req, &who, path.$id, paging.0).await
        }

        /// Read a revision
        ///
        /// With the changes of its texts, word by word.
        #[utoipa::path(
            tag = $tag,
            operation_id = $get,
            params(RevisionPath),
            responses((status = 200, description = "The revision", body = RevisionOut), Problem),
            security $read_security
        )]
        #[get($get_at)]
        pub(super) async fn get(
            app: Data<App>,
            who: Allowed<$reads>,
            path: Path<RevisionPath>,
        ) -> Result<HttpResponse, Problem> {
            records::revision::<$record>(&app, &who, path.$id, path.version).await
        }

        /// Blank a revision
        ///
        /// For words that must not be kept, such as a name that endangers somebody: what the edit changed is erased for
        /// good, by a moderator who did not make it. That it was made, by whom and to which members stays. The edit after it
        /// may hold the same words.
        #[utoipa::path(
            tag = $tag,
            operation_id = $blank,
            params(RevisionPath),
            responses((status = 204, description = "It is blank"), Problem),
            security $edit_security
        )]
        #[delete($blank_at)]
        pub(super) async fn blank(
            app: Data<App>,
            who: Allowed<$edits>,
            path: Path<RevisionPath>,
        ) -> Result<HttpResponse, Problem> {
            records::blank_revision::<$record>(&app, &who, path.$id, path.version).await
        }

        /// Put a revision back
        ///
        /// What the edit changed in public becomes again what it was before; what else was edited since stays. It is an
        /// edit like any other, by the same rules, and a revision itself. 409 where no value is kept of what it changed, 410
        /// where it was blanked.
        #[utoipa::path(
            tag = $tag,
            operation_id = $restore,
            params(RevisionPath, EditHeaders, IdempotencyKey),
            request_body(content = Option<Empty>),
            responses((status = 200, description = "The record", body = $out), Problem),
            security $edit_security
        )]
        #[post($restore_at)]
        pub(super) async fn restore(
            app: Data<App>,
            who: Allowed<$edits>,
            path: Path<RevisionPath>,
            if_match: IfMatch,
            _body: Body<Empty>,
            once: Once,
        ) -> Result<HttpResponse, Problem> {
            let edit = Edit::putting_back(path.version);
            once.run(&app, who.caller()?, async |tx| {
                let shown = $edited(tx, &app.post, &who, path.$id, &if_match, &edit).await?;
                records::done::<_, $out>(shown)
            })
            .await
        }
    };
}
pub(in crate::rooms) use revision_routes;
