//! Types, bounds and generics as Rust writes them, and whose they are.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Writes what stands in a signature, and keeps account of the crates that it comes from.
pub struct Signatures<'a> {
    json: &'a Value,
    local: BTreeMap<String, String>,
    foreign: RefCell<BTreeMap<String, BTreeSet<String>>>,
    item: RefCell<String>,
}

impl<'a> Signatures<'a> {
    /// `local` has the public path of each item of the crate, by id.
    pub fn new(json: &'a Value, local: BTreeMap<String, String>) -> Self {
        Self { json, local, foreign: RefCell::default(), item: RefCell::default() }
    }

    /// What is written from here on belongs to this item.
    pub fn begin(&self, item: &str) {
        item.clone_into(&mut self.item.borrow_mut());
    }

    pub fn into_foreign(self) -> BTreeMap<String, BTreeSet<String>> {
        self.foreign.into_inner()
    }

    pub fn function(&self, path: &str, function: &Value, of_impl: &Value) -> String {
        let inputs: Vec<_> = list(&function["sig"]["inputs"]).map(|input| self.input(text(&input[0]), &input[1])).collect();
        let output = &function["sig"]["output"];
        let output = if output.is_null() { String::new() } else { format!(" -> {}", self.of(output)) };
        let header = &function["header"];
        let words = [("const ", "is_const"), ("async ", "is_async"), ("unsafe ", "is_unsafe")];
        let words: String = words.iter().filter(|(_, key)| header[key] == true).map(|(word, _)| *word).collect();
        let (parameters, mut conditions) = self.generics(&function["generics"]);
        conditions.extend(self.generics(of_impl).1);
        format!("{words}fn {path}{parameters}({}){output}{}", inputs.join(", "), clause(&conditions))
    }

    fn input(&self, name: &str, kind: &Value) -> String {
        let referred = &kind["borrowed_ref"];
        match (name, kind["generic"].as_str(), referred["type"]["generic"].as_str()) {
            ("self", Some("Self"), _) => "self".to_owned(),
            ("self", _, Some("Self")) if referred["is_mutable"] == true => "&mut self".to_owned(),
            ("self", _, Some("Self")) => "&self".to_owned(),
            _ => format!("{name}: {}", self.of(kind)),
        }
    }

    /// Parameters in angle brackets, and what else is asked of them.
    pub fn generics(&self, generics: &Value) -> (String, Vec<String>) {
        let mut conditions = Vec::new();
        let mut parameters = Vec::new();
        for parameter in list(&generics["params"]) {
            let (name, kind) = (text(&parameter["name"]), &parameter["kind"]);
            if kind["type"]["is_synthetic"] == true {
                continue;
            }
            parameters.push(name.to_owned());
            let bounds = self.bounds(&kind["type"]["bounds"]);
            if !bounds.is_empty() {
                conditions.push(format!("{name}: {bounds}"));
            }
        }
        for predicate in list(&generics["where_predicates"]) {
            let bound = &predicate["bound_predicate"];
            assert!(bound.is_object(), "a condition of a kind that is not known here: {predicate}");
            conditions.push(format!(
                "{}{}: {}",
                binder(&bound["generic_params"]),
                self.of(&bound["type"]),
                self.bounds(&bound["bounds"])
            ));
        }
        let parameters = if parameters.is_empty() { String::new() } else { format!("<{}>", parameters.join(", ")) };
        (parameters, conditions)
    }

    pub fn bounds(&self, bounds: &Value) -> String {
        let bounds = list(bounds).filter(|bound| bound["use"].is_null());
        bounds.map(|bound| self.bound(bound)).collect::<Vec<_>>().join(" + ")
    }

    fn bound(&self, bound: &Value) -> String {
        if let Some(lifetime) = bound["outlives"].as_str() {
            return lifetime.to_owned();
        }
        let of = &bound["trait_bound"];
        let relaxed = if of["modifier"] == "maybe" { "?" } else { "" };
        format!("{}{relaxed}{}", binder(&of["generic_params"]), self.path(&of["trait"]))
    }

    /// A type.
    pub fn of(&self, kind: &Value) -> String {
        let (name, inner) = only_entry(kind);
        match name {
            "resolved_path" => self.path(inner),
            "generic" | "primitive" => text(inner).to_owned(),
            "tuple" => format!("({})", list(inner).map(|part| self.of(part)).collect::<Vec<_>>().join(", ")),
            "slice" => format!("[{}]", self.of(inner)),
            "array" => format!("[{}; {}]", self.of(&inner["type"]), text(&inner["len"])),
            "impl_trait" => format!("impl {}", self.bounds(inner)),
            "dyn_trait" => {
                let traits =
                    list(&inner["traits"]).map(|of| format!("{}{}", binder(&of["generic_params"]), self.path(&of["trait"])));
                let lifetime = inner["lifetime"].as_str().map(str::to_owned);
                format!("dyn {}", traits.chain(lifetime).collect::<Vec<_>>().join(" + "))
            }
            "borrowed_ref" => {
                let lifetime = inner["lifetime"].as_str().map_or_else(String::new, |lifetime| format!("{lifetime} "));
                format!("&{lifetime}{}{}", if inner["is_mutable"] == true { "mut " } else { "" }, self.of(&inner["type"]))
            }
            "qualified_path" => {
                let (of, name) = (self.of(&inner["self_type"]), text(&inner["name"]));
                let belongs = &inner["trait"];
                if belongs.is_null() || belongs["path"] == "" {
                    format!("{of}::{name}")
                } else {
                    format!("<{of} as {}>::{name}", self.path(belongs))
                }
            }
            _ => panic!("rustdoc tells of a kind of type that is not known here: {kind}"),
        }
    }

    /// A type or a trait by its path, with its arguments.
    pub fn path(&self, path: &Value) -> String {
        let id = path["id"].to_string();
        let name = self.local.get(&id).cloned().unwrap_or_else(|| self.foreign_name(&id, text(&path["path"])));
        let arguments = &path["args"];
        if let Some(parenthesized) = arguments["parenthesized"].as_object() {
            let inputs: Vec<_> = list(&parenthesized["inputs"]).map(|input| self.of(input)).collect();
            let output = &parenthesized["output"];
            let output = if output.is_null() { String::new() } else { format!(" -> {}", self.of(output)) };
            return format!("{name}({}){output}", inputs.join(", "));
        }
        let bracketed = &arguments["angle_bracketed"];
        let arguments = list(&bracketed["args"]).map(|argument| match only_entry(argument) {
            ("type", kind) => self.of(kind),
            ("lifetime", lifetime) => text(lifetime).to_owned(),
            ("const", value) => text(&value["expr"]).to_owned(),
            _ => panic!("an argument of a kind that is not known here: {argument}"),
        });
        let constraints = list(&bracketed["constraints"]).map(|constraint| {
            let name = text(&constraint["name"]);
            match only_entry(&constraint["binding"]) {
                ("equality", term) => format!("{name} = {}", self.of(&term["type"])),
                (_, bounds) => format!("{name}: {}", self.bounds(bounds)),
            }
        });
        let all: Vec<_> = arguments.chain(constraints).collect();
        if all.is_empty() { name } else { format!("{name}<{}>", all.join(", ")) }
    }

    /// `http::Request` of other crates, `String` of the standard library's.
    fn foreign_name(&self, id: &str, written: &str) -> String {
        let known = &self.json["paths"][id];
        let of = &self.json["external_crates"][known["crate_id"].to_string()]["name"];
        let Some(of) = of.as_str() else { panic!("{written} of {} is not public", self.item.borrow()) };
        self.foreign.borrow_mut().entry(of.to_owned()).or_default().insert(self.item.borrow().clone());
        let name = text(known["path"].as_array().and_then(|path| path.last()).unwrap());
        let of_std = ["core", "alloc", "std"].contains(&of);
        match (of_std, self.local.values().any(|local| local == name)) {
            (true, false) => name.to_owned(),
            (true, true) => format!("std::{name}"),
            (false, _) => format!("{of}::{name}"),
        }
    }
}

/// Conditions as they end a line.
pub fn clause(conditions: &[String]) -> String {
    if conditions.is_empty() { String::new() } else { format!(" where {}", conditions.join(", ")) }
}

fn binder(lifetimes: &Value) -> String {
    let names: Vec<_> = list(lifetimes).map(|lifetime| text(&lifetime["name"])).collect();
    if names.is_empty() { String::new() } else { format!("for<{}> ", names.join(", ")) }
}

/// What an enum of Rust's is in JSON: an object of one entry.
pub fn only_entry(value: &Value) -> (&str, &Value) {
    let entry = value.as_object().and_then(|entries| entries.iter().next());
    entry.map_or_else(|| panic!("rustdoc's JSON has another shape: {value}"), |(name, inner)| (name.as_str(), inner))
}

pub fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("rustdoc's JSON has another shape: {value} is no text"))
}
