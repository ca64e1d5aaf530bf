//! The published OpenAPI document, enforced: what it does not allow never reaches a handler.
//!
//! The document that clients read becomes a table of paths, methods and query parameters. So a
//! handler cannot forget a bound, the document cannot promise one that is not kept, and all faults of a query are
//! told at once.

mod parameter;

use std::{
    collections::{BTreeSet, HashMap},
    str::FromStr as _,
};

use actix_web::{
    Error, HttpMessage as _, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{Method, header::ALLOW},
    middleware::Next,
    web::Data,
};
use anyhow::Context as _;
use serde_json::{Map, Value, json};
use utoipa::openapi::{
    OpenApi, RefOr,
    path::{Operation, Parameter as Described, ParameterIn, PathItem},
};

use self::parameter::{Known, Parameter};
use super::{
    pattern::{Pattern, concrete_first},
    query::{self, Parameters},
    routes::resource,
};
use crate::problem::{Fault, Kind, Problem};

/// Longest path and query that are read, in bytes. Well above what the parameters' limits add up to.
const LONGEST_URI: usize = 8 * 1024;
/// More faults than these help nobody.
const MOST_FAULTS: usize = 32;

/// The paths of the document, and what each allows.
pub struct Contract {
    /// By their resource, so that a path is held against few.
    routes: HashMap<String, Vec<Route>>,
}

struct Route {
    template: String,
    pattern: Pattern,
    operations: Vec<(Method, Vec<Parameter>)>,
    allow: String,
}

enum Verdict {
    /// The document does not know the path; the router decides.
    Unlisted,
    /// The handler may see it.
    Allowed(Map<String, Value>),
    /// Answered without the handler.
    Answered(HttpResponse),
}

impl Contract {
    /// Reads the document.
    ///
    /// # Errors
    /// Fails if a path item or a parameter is not what the document may hold, or refers to a schema that is not in it.
    pub fn new(document: &OpenApi) -> anyhow::Result<Self> {
        let document = outline(document)?;
        let paths = document["paths"].as_object().context("the document has no paths")?;
        let mut paths: Vec<_> = paths.iter().collect();
        paths.sort_by_key(|(path, _)| concrete_first(path));
        let mut known = Known::new();
        let mut routes: HashMap<_, Vec<_>> = HashMap::new();
        for (path, item) in paths {
            let route = Route::compile(&document, path, item, &mut known)?;
            routes.entry(resource(path).to_owned()).or_default().push(route);
        }
        Ok(Self { routes })
    }

    /// Compiles the schema of every parameter.
    ///
    /// # Errors
    /// If one is invalid.
    #[cfg(test)]
    pub fn compile(&self) -> anyhow::Result<()> {
        let operations = self.routes.values().flatten().flat_map(|route| &route.operations);
        operations.flat_map(|(_, parameters)| parameters).try_for_each(Parameter::compile)
    }

    fn route(&self, path: &str) -> Option<&Route> {
        self.routes.get(resource(path))?.iter().find(|route| route.pattern.is_match(path))
    }

    /// The template of a path, for what may not tell identifiers.
    pub fn template(&self, path: &str) -> Option<&str> {
        self.route(path).map(|route| route.template.as_str())
    }

    fn judge(&self, method: &Method, path: &str, query: &str) -> Verdict {
        if path.len() + query.len() > LONGEST_URI {
            return refuse(Problem::of(Kind::UriTooLong));
        }
        let Some(route) = self.route(path) else { return Verdict::Unlisted };
        let asked = if method == Method::HEAD { &Method::GET } else { method };
        if let Some((_, parameters)) = route.operations.iter().find(|(known, _)| known == asked) {
            return match check(parameters, query) {
                Ok(values) => Verdict::Allowed(values),
                Err(faults) => refuse(Problem::of(Kind::InvalidParameter).with_faults(faults)),
            };
        }
        let mut answer = match *method {
            Method::OPTIONS => HttpResponse::NoContent(),
            _ => HttpResponse::MethodNotAllowed(),
        };
        Verdict::Answered(answer.insert_header((ALLOW, route.allow.as_str())).finish())
    }
}

impl Route {
    fn compile(document: &Value, path: &str, item: &Value, known: &mut Known) -> anyhow::Result<Self> {
        let mut operations = Vec::new();
        for (method, operation) in item.as_object().context("a path item is no object")? {
            let Ok(method @ (Method::GET | Method::PUT | Method::POST | Method::PATCH | Method::DELETE)) =
                Method::from_str(&method.to_uppercase())
            else {
                continue;
            };
            let described =
                [&item["parameters"], &operation["parameters"]].into_iter().filter_map(Value::as_array);
            let compiled = described.flatten().map(|parameter| Parameter::of(document, parameter, known));
            let parameters = compiled.filter_map(Result::transpose).collect::<Result<_, _>>();
            operations.push((method, parameters.with_context(|| path.to_owned())?));
        }
        let mut methods: Vec<&str> = operations.iter().map(|(method, _)| method.as_str()).collect();
        if methods.contains(&"GET") {
            methods.push("HEAD");
        }
        methods.push("OPTIONS");
        let allow = methods.join(", ");
        Ok(Self { template: path.to_owned(), pattern: Pattern::new(path), operations, allow })
    }
}

/// What of the document is about queries: to write all of it at every start would be for nothing.
fn outline(document: &OpenApi) -> anyhow::Result<Value> {
    let mut paths = Map::new();
    let is_of_query = |parameter: &&RefOr<Described>| match parameter {
        RefOr::T(parameter) => parameter.parameter_in == ParameterIn::Query,
        RefOr::Ref(_) => true,
    };
    let of_queries = |parameters: &Option<Vec<_>>| {
        serde_json::to_value(parameters.iter().flatten().filter(is_of_query).collect::<Vec<_>>())
    };
    for (path, item) in &document.paths.paths {
        let mut kept = Map::new();
        kept.insert("parameters".to_owned(), of_queries(&item.parameters)?);
        for (method, operation) in operations(item) {
            kept.insert(method.to_owned(), json!({"parameters": of_queries(&operation.parameters)?}));
        }
        paths.insert(path.clone(), kept.into());
    }
    let mut outline = json!({"paths": paths, "components": {"schemas": {}, "parameters": {}}});
    let Some(components) = &document.components else { return Ok(outline) };
    outline["components"]["parameters"] = serde_json::to_value(&components.parameters)?;
    let mut schemas = Map::new();
    let mut wanted = references(&outline);
    while let Some(name) = wanted.pop() {
        if !schemas.contains_key(&name) {
            let schema = components.schemas.get(&name);
            let schema =
                schema.with_context(|| format!("{name} is not among the schemas of the document"))?;
            let schema = serde_json::to_value(schema)?;
            wanted.extend(references(&schema));
            schemas.insert(name, schema);
        }
    }
    outline["components"]["schemas"] = schemas.into();
    Ok(outline)
}

/// The operations of a path that are ever served, by their methods.
fn operations(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    let all = [
        ("get", &item.get),
        ("put", &item.put),
        ("post", &item.post),
        ("patch", &item.patch),
        ("delete", &item.delete),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

/// The names of the schemas that something refers to.
fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().flat_map(references).collect(),
        Value::Object(members) => {
            let named = members.get("$ref").and_then(Value::as_str);
            let named = named.and_then(|path| path.strip_prefix("#/components/schemas/")).map(str::to_owned);
            members.values().flat_map(references).chain(named).collect()
        }
        _ => Vec::new(),
    }
}

fn refuse(problem: Problem) -> Verdict {
    Verdict::Answered(HttpResponse::from_error(problem))
}

/// Reads a query string, or lists everything that is wrong with it.
fn check(parameters: &[Parameter], query: &str) -> Result<Map<String, Value>, Vec<Fault>> {
    let (mut values, mut faults, mut seen) = (Map::new(), Vec::new(), BTreeSet::new());
    for (name, text) in query::pairs(query) {
        let name = query::decode(name).unwrap_or_else(|| name.to_owned());
        let Some(parameter) = parameters.iter().find(|parameter| parameter.name == name) else {
            faults.push(Fault::parameter(name, "unknown_parameter", known(parameters)));
            continue;
        };
        if !seen.insert(&parameter.name) {
            faults.push(parameter.fault("repeated_parameter", "must be given only once"));
            continue;
        }
        match query::decode(text).map(|text| parameter.read(&text)) {
            Some(Ok(value)) => drop(values.insert(name, value)),
            Some(Err(broken)) => faults.extend(broken),
            None => faults.push(parameter.fault("invalid_encoding", "must be percent-encoded UTF-8")),
        }
    }
    let missing = parameters.iter().filter(|parameter| parameter.required && !seen.contains(&parameter.name));
    faults.extend(missing.map(|parameter| parameter.fault("missing_parameter", "must be given")));
    faults.truncate(MOST_FAULTS);
    if faults.is_empty() { Ok(values) } else { Err(faults) }
}

fn known(parameters: &[Parameter]) -> String {
    let names: Vec<&str> = parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    match names[..] {
        [] => "there are no query parameters here".to_owned(),
        _ => format!("must be one of: {}", names.join(", ")),
    }
}

/// Middleware: holds every request to the [`Contract`] in the app's data.
///
/// A listed path with another method is 405 with `Allow` (or 204 for OPTIONS), and a query that the document does
/// not allow is 400 with all its faults. An unlisted path is left to the router.
pub async fn enforce(
    contract: Data<Contract>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    match contract.judge(req.method(), req.match_info().as_str(), req.query_string()) {
        Verdict::Answered(answer) => return Ok(req.into_response(answer)),
        Verdict::Allowed(values) => drop(req.extensions_mut().insert(Parameters(values))),
        Verdict::Unlisted => {}
    }
    Ok(next.call(req).await?.map_into_boxed_body())
}
