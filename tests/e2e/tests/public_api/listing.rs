//! The public items, a line each.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

use super::signature::{Signatures, clause, list, only_entry, text};

/// What derives and pin-project-lite write: the first is no promise, and the second says what a type's fields say.
const OF_MACROS: [&str; 2] = ["StructuralPartialEq", "Unpin"];

pub struct Listing {
    pub lines: Vec<String>,
    /// Crates of others in signatures, with the items that they stand in.
    pub foreign: BTreeMap<String, BTreeSet<String>>,
    /// How many structs and enums there are.
    pub types: usize,
    /// Those that are not `Send` and `Sync`.
    pub of_one_thread: BTreeSet<String>,
    /// Those to which nothing can be added without a break.
    pub closed: BTreeSet<String>,
}

impl Listing {
    pub fn of(json: &Value) -> Self {
        let mut reached = Reached { json, paths: BTreeMap::new(), items: Vec::new(), again: Vec::new() };
        reached.everything();
        let Reached { paths, items, again, .. } = reached;
        let mut writer = Writer {
            json,
            signatures: Signatures::new(json, paths),
            lines: again.into_iter().collect(),
            types: 0,
            of_one_thread: BTreeSet::new(),
            closed: BTreeSet::new(),
        };
        for (path, item) in items {
            writer.item(&path, item);
        }
        let Writer { signatures, lines, types, of_one_thread, closed, .. } = writer;
        Self { lines: lines.into_iter().collect(), foreign: signatures.into_foreign(), types, of_one_thread, closed }
    }
}

/// What a path leads to from the crate's root.
struct Reached<'a> {
    json: &'a Value,
    paths: BTreeMap<String, String>,
    items: Vec<(String, &'a Value)>,
    again: Vec<String>,
}

impl Reached<'_> {
    /// The shortest path is an item's own; any other is told as an alias.
    fn everything(&mut self) {
        let mut open = VecDeque::from([(String::new(), &self.json["root"])]);
        while let Some((path, id)) = open.pop_front() {
            let item = &self.json["index"][id.to_string()];
            let (kind, inner) = only_entry(&item["inner"]);
            let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}::{name}") };
            match kind {
                "use" => assert_eq!(inner["is_glob"], false, "{path}: a glob does not say what is public"),
                _ if self.paths.contains_key(&id.to_string()) => {
                    self.again.push(format!("use {path} = {}", self.paths[&id.to_string()]));
                    continue;
                }
                _ => {
                    self.paths.insert(id.to_string(), path.clone());
                    self.items.push((path.clone(), item));
                }
            }
            for id in list(&inner["items"]).filter(|_| kind == "module") {
                let item = &self.json["index"][id.to_string()];
                let used = &item["inner"]["use"];
                let (name, id) = if used.is_object() { (text(&used["name"]), &used["id"]) } else { (text(&item["name"]), id) };
                open.push_back((below(name), id));
            }
        }
    }
}

struct Writer<'a> {
    json: &'a Value,
    signatures: Signatures<'a>,
    lines: BTreeSet<String>,
    types: usize,
    of_one_thread: BTreeSet<String>,
    closed: BTreeSet<String>,
}

impl<'a> Writer<'a> {
    fn by_id(&self, id: &Value) -> &'a Value {
        let item = &self.json["index"][id.to_string()];
        assert!(item.is_object(), "rustdoc's JSON has no item {id}");
        item
    }

    fn write(&mut self, item: &Value, line: &str) {
        let attributes = item["attrs"].to_string();
        let marks = [("#[must_use] ", "must_use"), ("#[non_exhaustive] ", "non_exhaustive")];
        let marks: String = marks.iter().filter(|(_, name)| attributes.contains(name)).map(|(mark, _)| *mark).collect();
        let deprecated = if item["deprecation"].is_null() { "" } else { "#[deprecated] " };
        self.lines.insert(format!("{deprecated}{marks}{line}"));
    }

    fn item(&mut self, path: &str, item: &'a Value) {
        self.signatures.begin(path);
        let (kind, inner) = only_entry(&item["inner"]);
        match kind {
            "module" if path.is_empty() => {}
            "module" => self.write(item, &format!("mod {path}")),
            "struct" => self.structure(path, item, inner),
            "enum" => self.enumeration(path, item, inner),
            "trait" => self.of_trait(path, item, inner),
            "function" => self.write(item, &self.signatures.function(path, inner, &Value::Null)),
            "constant" => self.write(
                item,
                &format!("const {path}: {} = {}", self.signatures.of(&inner["type"]), text(&inner["const"]["expr"])),
            ),
            _ => panic!("{path} is a {kind}, of which is not known here what to write down"),
        }
    }

    fn structure(&mut self, path: &str, item: &'a Value, inner: &'a Value) {
        let (parameters, conditions) = self.signatures.generics(&inner["generics"]);
        self.write(item, &format!("struct {path}{parameters}{}", clause(&conditions)));
        let plain = &inner["kind"]["plain"];
        let is_open =
            plain["fields"].as_array().is_some_and(|fields| !fields.is_empty()) && plain["has_stripped_fields"] == false;
        if is_open && !is_non_exhaustive(item) {
            self.closed.insert(path.to_owned());
        }
        for field in list(&plain["fields"]).chain(list(&inner["kind"]["tuple"])).filter(|field| !field.is_null()) {
            let field = self.by_id(field);
            self.write(
                field,
                &format!("field {path}.{}: {}", text(&field["name"]), self.signatures.of(&field["inner"]["struct_field"])),
            );
        }
        self.implementations(path, inner);
    }

    fn enumeration(&mut self, path: &str, item: &'a Value, inner: &'a Value) {
        self.write(item, &format!("enum {path}{}", self.signatures.generics(&inner["generics"]).0));
        if !is_non_exhaustive(item) {
            self.closed.insert(path.to_owned());
        }
        for variant in list(&inner["variants"]) {
            let variant = self.by_id(variant);
            let kind = &variant["inner"]["variant"]["kind"];
            let tuple: Vec<_> =
                list(&kind["tuple"]).map(|field| self.signatures.of(&self.by_id(field)["inner"]["struct_field"])).collect();
            assert!(kind["struct"].is_null(), "{path} has a variant with named fields, which are not written down yet");
            let tuple = if tuple.is_empty() { String::new() } else { format!("({})", tuple.join(", ")) };
            self.write(variant, &format!("variant {path}::{}{tuple}", text(&variant["name"])));
        }
        self.implementations(path, inner);
    }

    fn of_trait(&mut self, path: &str, item: &'a Value, inner: &'a Value) {
        let bounds = self.signatures.bounds(&inner["bounds"]);
        let bounds = if bounds.is_empty() { bounds } else { format!(": {bounds}") };
        self.write(item, &format!("trait {path}{}{bounds}", self.signatures.generics(&inner["generics"]).0));
        for member in list(&inner["items"]) {
            let member = self.by_id(member);
            let name = format!("{path}::{}", text(&member["name"]));
            let line = match only_entry(&member["inner"]) {
                ("function", function) => {
                    let provided = if function["has_body"] == true { " { … }" } else { "" };
                    self.signatures.function(&name, function, &Value::Null) + provided
                }
                ("assoc_type", kind) => format!("type {name}: {}", self.signatures.bounds(&kind["bounds"])),
                (kind, _) => panic!("{name} is a {kind}, of which is not known here what to write down"),
            };
            self.write(member, &line);
        }
        for implementation in list(&inner["implementations"]) {
            self.implementation(path, &self.by_id(implementation)["inner"]["impl"]);
        }
    }

    fn implementations(&mut self, path: &str, inner: &'a Value) {
        self.types += 1;
        for implementation in list(&inner["impls"]) {
            let implementation = &self.by_id(implementation)["inner"]["impl"];
            let of = implementation["trait"]["path"].as_str().unwrap_or_default();
            if implementation["is_synthetic"] == true {
                if implementation["is_negative"] == true && ["Send", "Sync"].contains(&of) {
                    self.lines.insert(format!("impl !{of} for {path}"));
                    self.of_one_thread.insert(path.to_owned());
                }
            } else if implementation["blanket_impl"].is_null() && !OF_MACROS.contains(&of) {
                self.implementation(path, implementation);
            }
        }
    }

    fn implementation(&mut self, path: &str, implementation: &'a Value) {
        let of = self.signatures.of(&implementation["for"]);
        if implementation["trait"].is_null() {
            for member in list(&implementation["items"]) {
                let member = self.by_id(member);
                let name = format!("{of}::{}", text(&member["name"]));
                self.signatures.begin(&name);
                let (kind, inner) = only_entry(&member["inner"]);
                assert_eq!(kind, "function", "{name}, of which is not known here what to write down");
                if member["visibility"] == "public" {
                    self.write(member, &self.signatures.function(&name, inner, &implementation["generics"]));
                }
            }
            self.signatures.begin(path);
            return;
        }
        let (parameters, conditions) = self.signatures.generics(&implementation["generics"]);
        let types = list(&implementation["items"]).map(|id| self.by_id(id)).filter_map(|member| {
            let kind = member["inner"]["assoc_type"].as_object()?;
            Some(format!("{} = {}", text(&member["name"]), self.signatures.of(&kind["type"])))
        });
        let types = types.collect::<Vec<_>>().join(", ");
        let types = if types.is_empty() { types } else { format!(" {{ {types} }}") };
        let of_trait = self.signatures.path(&implementation["trait"]);
        self.lines.insert(format!("impl{parameters} {of_trait} for {of}{}{types}", clause(&conditions)));
    }
}

fn is_non_exhaustive(item: &Value) -> bool {
    item["attrs"].to_string().contains("non_exhaustive")
}
