//! One list of handlers, read in two ways: once for the OpenAPI document, and in each thread that answers requests, where
//! describing everything again would cost time and memory at every start.

use actix_web::dev::HttpServiceFactory;
use actix_web::web::ServiceConfig;
use utoipa::openapi::path::Paths;
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{OpenApi, RefOr};
use utoipa_actix_web::OpenApiFactory;

/// Where a room registers its handlers.
pub struct Routes<'a>(Reading<'a>);

enum Reading<'a> {
    Describing { paths: &'a mut Paths, schemas: &'a mut Vec<(String, RefOr<Schema>)> },
    Serving(&'a mut ServiceConfig),
}

impl Routes<'_> {
    /// Adds what `routes` registers to a document.
    pub fn describe(document: &mut OpenApi, routes: impl FnOnce(&mut Routes<'_>)) {
        let (mut paths, mut schemas) = (Paths::new(), Vec::new());
        routes(&mut Routes(Reading::Describing { paths: &mut paths, schemas: &mut schemas }));
        document.paths.merge(paths);
        document.components.get_or_insert_default().schemas.extend(schemas);
    }

    /// Serves what `routes` registers.
    pub fn serve(config: &mut ServiceConfig, routes: impl FnOnce(&mut Routes<'_>)) {
        routes(&mut Routes(Reading::Serving(config)));
    }

    /// Registers a handler with its description.
    pub fn service<F: HttpServiceFactory + OpenApiFactory + 'static>(&mut self, handler: F) -> &mut Self {
        match &mut self.0 {
            Reading::Describing { paths, schemas } => {
                paths.merge(handler.paths());
                handler.schemas(schemas);
            }
            Reading::Serving(config) => {
                config.service(handler);
            }
        }
        self
    }

    /// Registers what is no operation of the contract, such as the files of a page.
    pub fn undescribed(&mut self, register: impl FnOnce(&mut ServiceConfig)) -> &mut Self {
        if let Reading::Serving(config) = &mut self.0 {
            register(config);
        }
        self
    }

    /// Registers a room.
    pub fn configure(&mut self, routes: impl FnOnce(&mut Routes<'_>)) -> &mut Self {
        routes(self);
        self
    }
}
