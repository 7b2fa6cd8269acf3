//! `/metrics/find`, `/metrics/expand` and `/metrics/index.json`: which series and branches there are.

use std::collections::{BTreeMap, BTreeSet};

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;

use super::error::HttpError;
use super::params::Params;
use super::reply::Dress;
use super::{HttpState, blocking, route_both};
use crate::limits::{FIND_RESULTS_MAX, INDEX_NAMES_MAX, RENDER_TARGETS_MAX, TARGET_MAX_BYTES};
use crate::store::{Node, Store, StoreError};

pub(super) fn routes() -> Router<HttpState> {
    let router = route_both(Router::new(), "/metrics", get(find).post(find));
    let router = route_both(router, "/metrics/find", get(find).post(find));
    let router = route_both(router, "/metrics/expand", get(expand).post(expand));
    route_both(router, "/metrics/index.json", get(index).post(index))
}

async fn find(State(state): State<HttpState>, params: Params) -> Result<Response, HttpError> {
    check_times(&params, &state)?;
    let format = Format::read(&params)?;
    let dress = Dress::read(&params)?;
    let query = match params.get("query") {
        None | Some("") => {
            return Err(HttpError::parameter("query", "missing; name a branch or a glob"));
        }
        Some(query) => query.to_owned(),
    };
    let (wildcards, leaves_only) = (params.flag("wildcards"), params.flag("leavesOnly"));
    blocking(move || {
        let query = if matches!(format, Format::Completer) { completed(&query) } else { query };
        let mut nodes = nodes(&*state.store, &query, FIND_RESULTS_MAX)?;
        if leaves_only {
            nodes.retain(|node| node.leaf);
        }
        match format {
            Format::Tree => dress.json(&tree(&query, &nodes, wildcards)),
            Format::Json => dress.json(&nodes.iter().map(Found::from).collect::<Vec<_>>()),
            Format::Completer => dress.json(&completions(&nodes, wildcards)),
            Format::NodeList { position } => {
                let at = |node| parts_at(node, position);
                let nodes: BTreeSet<&str> = nodes.iter().filter_map(at).collect();
                dress.json(&BTreeMap::from([("nodes", nodes)]))
            }
        }
    })
    .await
}

async fn expand(State(state): State<HttpState>, params: Params) -> Result<Response, HttpError> {
    check_times(&params, &state)?;
    let dress = Dress::read(&params)?;
    let queries: Vec<String> = params.all("query").map(str::to_owned).collect();
    if queries.is_empty() || queries.len() > RENDER_TARGETS_MAX {
        let reason = format_args!("given {} times; 1 to {RENDER_TARGETS_MAX}", queries.len());
        return Err(HttpError::parameter("query", reason));
    }
    let (grouped, leaves_only) = (params.flag("groupByExpr"), params.flag("leavesOnly"));
    blocking(move || {
        let mut results: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut room = FIND_RESULTS_MAX;
        for query in queries {
            let nodes = nodes(&*state.store, &query, room)?;
            room -= nodes.len();
            let shown = nodes.into_iter().filter(|node| node.leaf || !leaves_only);
            results.entry(query).or_default().extend(shown.map(|node| node.path));
        }
        if grouped {
            return dress.json(&BTreeMap::from([("results", results)]));
        }
        let all: BTreeSet<String> = results.into_values().flatten().collect();
        dress.json(&BTreeMap::from([("results", all)]))
    })
    .await
}

async fn index(State(state): State<HttpState>, params: Params) -> Result<Response, HttpError> {
    let dress = Dress::read(&params)?;
    blocking(move || {
        let nodes = nodes(&*state.store, "**", INDEX_NAMES_MAX)?;
        let leaves = nodes.iter().filter(|node| node.leaf).map(|node| &*node.path);
        dress.json(&leaves.collect::<Vec<_>>())
    })
    .await
}

/// How `/metrics/find` writes what it found.
#[derive(Debug)]
enum Format {
    Tree,
    Json,
    Completer,
    NodeList { position: Option<usize> },
}

impl Format {
    fn read(params: &Params) -> Result<Self, HttpError> {
        match params.get("format").filter(|name| !name.is_empty()).unwrap_or("treejson") {
            "treejson" => Ok(Self::Tree),
            "json" => Ok(Self::Json),
            "completer" => Ok(Self::Completer),
            "nodelist" => Ok(Self::NodeList { position: params.number("position")? }),
            other => Err(HttpError::parameter(
                "format",
                format_args!(
                    "there is no {other:?}; there are treejson, json, completer and nodelist"
                ),
            )),
        }
    }
}

/// A node of the tree that people click through.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Branch {
    text: String,
    id: String,
    leaf: u8,
    expandable: u8,
    allow_children: u8,
}

impl Branch {
    fn new(base: &str, name: &str, leaf: bool, branch: bool) -> Self {
        let (text, id) = (name.to_owned(), format!("{base}{name}"));
        Self {
            text,
            id,
            leaf: leaf.into(),
            expandable: branch.into(),
            allow_children: branch.into(),
        }
    }
}

/// Branches, then leaves, each name once: under a glob several branches may hold the same name, and the
/// id, which is the query's own start with that name, stands for all of them.
fn tree(query: &str, nodes: &[Node], wildcards: bool) -> Vec<Branch> {
    let base = query.rfind('.').map_or("", |dot| &query[..=dot]);
    let mut names: BTreeMap<&str, (bool, bool)> = BTreeMap::new();
    for node in nodes {
        let (leaf, branch) = names.entry(name(node)).or_default();
        *leaf |= node.leaf;
        *branch |= node.branch;
    }
    let any_branch = nodes.iter().any(|node| node.branch);
    let all =
        (wildcards && nodes.len() > 1).then(|| Branch::new(base, "*", !any_branch, any_branch));
    let with = |wanted: bool| {
        let of_kind = names.iter().filter(move |(_, (_, branch))| *branch == wanted);
        of_kind.map(|(name, (leaf, branch))| Branch::new(base, name, *leaf, *branch))
    };
    all.into_iter().chain(with(true)).chain(with(false)).collect()
}

/// A path that was found.
#[derive(Debug, Serialize)]
struct Found<'a> {
    path: &'a str,
    is_leaf: bool,
}

impl<'a> From<&'a Node> for Found<'a> {
    fn from(node: &'a Node) -> Self {
        Self { path: &node.path, is_leaf: node.leaf }
    }
}

/// What a half-typed name may become.
#[derive(Debug, Serialize)]
struct Completions {
    metrics: Vec<Completion>,
}

#[derive(Debug, Serialize)]
struct Completion {
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_leaf: Option<&'static str>,
}

fn completions(nodes: &[Node], wildcards: bool) -> Completions {
    let mut metrics = Vec::new();
    for node in nodes {
        let mut push = |path: String, is_leaf| {
            metrics.push(Completion {
                path: Some(path),
                name: name(node).to_owned(),
                is_leaf: Some(is_leaf),
            });
        };
        if node.branch {
            push(format!("{}.", node.path), "0");
        }
        if node.leaf {
            push(node.path.clone(), "1");
        }
    }
    if wildcards && metrics.len() > 1 {
        metrics.push(Completion { path: None, name: "*".into(), is_leaf: None });
    }
    Completions { metrics }
}

/// What is typed so far, as a glob: a node left empty may be any.
fn completed(typed: &str) -> String {
    let glob = typed.replace("..", ".*.");
    if glob.ends_with('*') { glob } else { glob + "*" }
}

/// What a query matches, refused where that is more than `max`: a list cut short would lie.
fn nodes(store: &dyn Store, query: &str, max: usize) -> Result<Vec<Node>, HttpError> {
    if query.len() > TARGET_MAX_BYTES {
        let reason = format_args!("longer than {TARGET_MAX_BYTES} bytes");
        return Err(HttpError::parameter("query", reason));
    }
    match store.find(query, max + 1) {
        Ok(nodes) if nodes.len() > max => {
            let reason = format_args!("matches more than {max} names; narrow it");
            Err(HttpError::parameter("query", reason))
        }
        Ok(nodes) => Ok(nodes),
        Err(error @ StoreError::Pattern { .. }) => Err(HttpError::parameter("query", error)),
        Err(error) => Err(HttpError::internal(&error)),
    }
}

/// Times do not narrow a find, but one that nobody can read is an error here as anywhere.
fn check_times(params: &Params, state: &HttpState) -> Result<(), HttpError> {
    let (zone, now) = (params.zone(), state.clock.seconds());
    ["from", "until", "now"]
        .into_iter()
        .try_for_each(|name| params.time(name, "now", now, &zone).map(|_seconds| ()))
}

fn name(node: &Node) -> &str {
    node.path.rsplit('.').next().unwrap_or(&node.path)
}

fn parts_at(node: &Node, position: Option<usize>) -> Option<&str> {
    position.map_or_else(|| Some(name(node)), |at| node.path.split('.').nth(at))
}
