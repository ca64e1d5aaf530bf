//! One list of handlers, read in two ways: once for the OpenAPI document, and in each thread that answers requests, where
//! describing everything again would cost time and memory at every start.

use actix_web::dev::HttpServiceFactory;
use actix_web::guard::fn_guard;
use actix_web::web::{self, ServiceConfig};
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::{Operation, PathItem, Paths};
use utoipa_actix_web::OpenApiFactory;

use super::pattern::{Pattern, concrete_first};

/// Where a room registers its handlers.
pub struct Routes<'a>(Reading<'a>);

enum Reading<'a> {
    Describing { document: &'a mut OpenApi, order: &'a mut Order, whole: bool },
    Serving { config: &'a mut ServiceConfig, order: std::slice::Iter<'a, String>, groups: &'a mut Vec<Group> },
}

/// The path template of each handler, in the order in which they register.
#[derive(Clone, Default)]
pub struct Order(Vec<String>);

/// The handlers of one path template.
struct Group {
    template: String,
    handlers: Vec<Register>,
}

type Register = Box<dyn FnOnce(&mut ServiceConfig)>;

/// What the paths of the public side begin with.
const GALLERY: &str = "/v1/gallery/";

/// What a path begins with, and shares with everything about the same kind of thing: `/v1/events`, `/v1/gallery/events` or
/// `/problems`.
pub fn resource(path: &str) -> &str {
    let segments = match path {
        _ if path.starts_with(GALLERY) => 3,
        _ if path.starts_with("/v1/") => 2,
        _ => 1,
    };
    path.match_indices('/').nth(segments).map_or(path, |(end, _)| &path[..end])
}

/// All operations of a document, to be described further.
pub fn operations_mut(document: &mut OpenApi) -> impl Iterator<Item = &mut Operation> {
    operations_of(&mut document.paths)
}

fn operations_of(paths: &mut Paths) -> impl Iterator<Item = &mut Operation> {
    paths.paths.values_mut().flat_map(|item| {
        let PathItem { get, put, post, patch, delete, .. } = item;
        [get, put, post, patch, delete].into_iter().flatten()
    })
}

/// Drops everything else.
fn keep_parameters(operation: &mut Operation) {
    let parameters = operation.parameters.take();
    *operation = Operation::new();
    operation.parameters = parameters;
}

impl Routes<'_> {
    /// Adds what `routes` registers to a document.
    pub fn describe(document: &mut OpenApi, routes: impl FnOnce(&mut Routes<'_>)) {
        routes(&mut Routes(Reading::Describing { document, order: &mut Order::default(), whole: true }));
    }

    /// Adds the operations with their parameters alone, without what they take and answer, which is most of the work; tells in
    /// which order they register.
    pub fn outline(document: &mut OpenApi, routes: impl FnOnce(&mut Routes<'_>)) -> Order {
        let mut order = Order::default();
        routes(&mut Routes(Reading::Describing { document, order: &mut order, whole: false }));
        order
    }

    /// Serves what `routes` registers, in the order that [`outline`](Self::outline) told. The library holds a request against one
    /// regular expression after the other, which for all operations would cost more than most answers do: so it meets
    /// those of its template only, which is found here. The library then knows no request's template any more; the contract does.
    pub fn serve(config: &mut ServiceConfig, order: &Order, routes: impl FnOnce(&mut Routes<'_>)) {
        let mut groups = Vec::new();
        routes(&mut Routes(Reading::Serving { config, order: order.0.iter(), groups: &mut groups }));
        groups.sort_by_key(|group: &Group| concrete_first(&group.template));
        let mut resources: Vec<(String, Vec<Group>)> = Vec::new();
        for group in groups {
            let of = resource(&group.template);
            match resources.iter_mut().find(|(resource, _)| resource == of) {
                Some((_, groups)) => groups.push(group),
                None => resources.push((of.to_owned(), vec![group])),
            }
        }
        // The library asks them in turn; most often somebody reads the gallery.
        resources.sort_by_key(|(of, _)| !of.starts_with(GALLERY));
        for (of, groups) in resources {
            let scope =
                web::scope("").guard(fn_guard(move |request| resource(request.head().uri.path()) == of));
            config
                .service(scope.configure(|config| groups.into_iter().for_each(|group| group.serve(config))));
        }
    }

    /// Registers a handler with its description.
    pub fn service<F: HttpServiceFactory + OpenApiFactory + 'static>(&mut self, handler: F) -> &mut Self {
        match &mut self.0 {
            Reading::Describing { document, order, whole } => {
                let mut paths = handler.paths();
                order.0.push(paths.paths.keys().next().cloned().unwrap_or_default());
                if !*whole {
                    // At once, so that the next one finds the memory free: an idle process keeps what it once had.
                    operations_of(&mut paths).for_each(keep_parameters);
                }
                document.paths.merge(paths);
                // Every handler brings all that its answers are made of, again and again: kept once, at once.
                let mut schemas = Vec::new();
                if *whole {
                    handler.schemas(&mut schemas);
                }
                document.components.get_or_insert_default().schemas.extend(schemas);
            }
            Reading::Serving { order, groups, .. } => {
                let template = order.next().cloned().unwrap_or_default();
                let handler = Box::new(move |config: &mut ServiceConfig| {
                    config.service(handler);
                });
                match groups.iter_mut().find(|group| group.template == template) {
                    Some(group) => group.handlers.push(handler),
                    None => groups.push(Group { template, handlers: vec![handler] }),
                }
            }
        }
        self
    }

    /// Registers what is no operation of the contract, such as the files of a page.
    pub fn undescribed(&mut self, register: impl FnOnce(&mut ServiceConfig)) -> &mut Self {
        if let Reading::Serving { config, .. } = &mut self.0 {
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

impl Group {
    fn serve(self, config: &mut ServiceConfig) {
        let pattern = Pattern::new(&self.template);
        let scope =
            web::scope("").guard(fn_guard(move |request| pattern.is_match(request.head().uri.path())));
        config
            .service(scope.configure(|config| self.handlers.into_iter().for_each(|handler| handler(config))));
    }
}

#[cfg(test)]
mod tests {
    use super::resource;

    #[test]
    fn a_path_begins_with_its_resource() {
        let cases = [
            ("/v1/events", "/v1/events"),
            ("/v1/events/{id}/venue", "/v1/events"),
            ("/v1/events/", "/v1/events"),
            ("/v1/eventsx/1", "/v1/eventsx"),
            ("/v1/gallery", "/v1/gallery"),
            ("/v1/gallery/", "/v1/gallery/"),
            ("/v1/gallery/events/{id}", "/v1/gallery/events"),
            ("/v1/gallery/countries/{code}/card", "/v1/gallery/countries"),
            ("/problems/{code}", "/problems"),
            ("/livez", "/livez"),
            ("/v1/", "/v1/"),
            ("", ""),
        ];
        for (path, expected) in cases {
            assert_eq!(resource(path), expected, "{path}");
        }
    }
}
