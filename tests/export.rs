//! Objects as plain serde data.

mod common;

use common::World;
use db0::{AnyMemo, List, Memo, WeakMemo};
use serde_json::json;

#[db0::memo]
struct Person {
    name: String,
    password: String,
    friend: Option<Memo<Person>>,
    all: Vec<Memo<Person>>,
    notes: List<String>,
}

fn person(name: &str) -> Memo<Person> {
    Memo::new(Person {
        name: name.into(),
        password: "secret".into(),
        friend: None,
        all: Vec::new(),
        notes: List::from_iter(["a".to_owned(), "b".to_owned()]),
    })
}

#[test]
fn references_are_followed_so_far_and_never_in_a_circle() {
    let _world = World::new();
    let (ann, bob, eve) = (person("Ann"), person("Bob"), person("Eve"));
    ann.write().friend = Some(bob.clone());
    bob.write().friend = Some(ann.clone());
    bob.write().all = vec![eve.clone(), eve.clone()];
    let notes = json!({"kind": "List", "len": 2});
    let eves = json!({"name": "Eve", "friend": null, "all": [], "notes": notes});
    let bobs = json!({
        "name": "Bob", "friend": ann.uuid(), "all": [eves, eves], "notes": notes,
    });
    let anns = json!({"name": "Ann", "friend": bobs, "all": [], "notes": notes});
    let export = |depth| {
        let export = ann.export(depth).without("password");
        serde_json::to_value(&export).expect("it is plain data")
    };
    assert_eq!(export(2), anns);
    assert_eq!(export(1)["friend"]["all"][0], json!(eve.uuid()));
    assert_eq!(export(0)["friend"], json!(bob.uuid()));
    let json = serde_json::to_value(ann.export(1).without("Other.password")).expect("plain");
    assert_eq!(json["friend"]["password"], "secret");
    let json = serde_json::to_value(ann.export(0).without("Person.password")).expect("plain");
    assert_eq!(json.get("password"), None);
}

#[db0::memo]
struct Link {
    n: u32,
    next: Option<Memo<Link>>,
    named: std::collections::BTreeMap<String, Memo<Link>>,
    other: Option<AnyMemo>,
    weak: Option<WeakMemo<Link>>,
    list: List<u8>,
}

fn link(n: u32, next: Option<Memo<Link>>) -> Memo<Link> {
    let (named, other, weak, list) = Default::default();
    Memo::new(Link { n, next, named, other, weak, list })
}

#[test]
fn without_the_type_it_is_the_same() {
    let _world = World::new();
    let end = link(3, None);
    let weak = Some(end.downgrade());
    let middle = Memo::new(Link {
        n: 2,
        next: Some(end.clone()),
        named: [("end".into(), end.clone())].into(),
        other: Some(AnyMemo::from(&end)),
        weak,
        list: List::from_iter([1, 2]),
    });
    let first = link(1, Some(middle.clone()));
    end.write().next = Some(first.clone());
    for depth in 0..4 {
        let typed = serde_json::to_value(first.export(depth).without("n")).expect("plain");
        let any = AnyMemo::from(&first).export(depth).without("Link.n");
        assert_eq!(serde_json::to_value(any).expect("plain"), typed, "{depth} levels");
    }
    let json = serde_json::to_value(first.export(2)).expect("plain");
    assert_eq!(json["next"]["named"]["end"]["n"], 3);
    assert_eq!(json["next"]["other"]["next"], json!(first.uuid()));
    assert_eq!(json["next"]["weak"], json!(end.uuid()));
    assert_eq!(json["next"]["list"], json!({"kind": "List", "len": 2}));
    // What is stored is still a reference, also while something is exported.
    assert_eq!(serde_json::to_value(end.uuid()).ok(), serde_json::to_value(&end).ok());
}

#[test]
fn a_long_chain_ends_somewhere() {
    let _world = World::new();
    let chain = (0..1000).fold(None, |next, n| Some(link(n, next))).expect("it is long");
    let mut json = &serde_json::to_value(chain.export(usize::MAX)).expect("plain");
    for n in (1000 - 65..1000).rev() {
        assert_eq!(json["n"], n);
        json = &json["next"];
    }
    assert!(json.is_string());
}

#[db0::memo(keep)]
enum Login {
    Password { name: String, secret: String },
    Nobody,
}

#[test]
fn fields_of_a_variant_are_left_out_with_the_type_and_without() {
    let _world = World::new();
    let login = Memo::new(Login::Password { name: "Ann".into(), secret: "abc".into() });
    for without in ["secret", "Login.secret"] {
        let typed = serde_json::to_value(login.export(0).without(without)).expect("plain");
        let any = serde_json::to_value(AnyMemo::from(&login).export(0).without(without));
        assert_eq!(typed, json!({"Password": {"name": "Ann"}}));
        assert_eq!(any.expect("plain"), typed);
    }
    *login.write() = Login::Nobody;
    assert_eq!(serde_json::to_value(login.export(0)).expect("plain"), "Nobody");
}

#[db0::memo(keep)]
#[serde(untagged)]
enum Loose {
    Text(String),
    Number { number: f32 },
    Many(Vec<Memo<Link>>),
}

#[db0::memo(keep)]
#[serde(tag = "is", rename_all = "lowercase")]
enum Tagged {
    Empty,
    Full { text: String },
}

#[test]
fn an_enum_in_any_form_is_what_serde_makes_of_it() {
    let mut world = World::new();
    let number = Memo::new(Loose::Number { number: 0.1 });
    let loose = [Memo::new(Loose::Text("a".into())), Memo::new(Loose::Many(vec![link(1, None)]))];
    let tagged = [Tagged::Empty, Tagged::Full { text: "b".into() }].map(Memo::new);
    for _ in 0..2 {
        for any in db0::find_any(()) {
            let typed = match (any.downcast::<Loose>(), any.downcast::<Tagged>()) {
                (Some(loose), _) => serde_json::to_value(loose.export(2)),
                (_, Some(tagged)) => serde_json::to_value(tagged.export(2)),
                _ => continue,
            };
            assert_eq!(serde_json::to_value(any.export(2)).expect("plain"), typed.expect("plain"));
            assert_eq!(any.fields().len(), 1);
        }
        db0::commit().expect("it commits");
    }
    assert_eq!(
        serde_json::to_string(&AnyMemo::from(&number).export(0)).ok(),
        Some(r#"{"number":0.1}"#.into())
    );
    let any = AnyMemo::from(&tagged[1]);
    assert_eq!(
        serde_json::to_value(any.export(0).without("text")).ok(),
        Some(json!({"is": "full"}))
    );
    // It has one value, which is all of it.
    let empty = AnyMemo::from(&tagged[0]).get("0").expect("its value");
    any.set("0", empty);
    assert!(matches!(*tagged[1].read(), Tagged::Empty));
    let refused = any.try_set("0", "c").expect_err("it is no such value");
    assert!(refused.to_string().starts_with("Tagged.0 can't be stored"), "{refused}");
    let refused = any.try_set("is", "full").expect_err("it has no such field").to_string();
    assert!(refused.ends_with("it has 0"), "{refused}");
    drop((number, loose, tagged, any));
    world.reopen();
    assert_eq!(
        db0::find::<Tagged>(()).iter().filter(|one| matches!(*one.read(), Tagged::Empty)).count(),
        2
    );
}

#[test]
fn a_collection_is_told_by_its_kind() {
    #[db0::memo(keep)]
    struct Kinds {
        array: db0::Array<f64>,
        bytes: db0::Bytes,
        weak: db0::WeakSet<Link>,
        dict: db0::Dict<u8, u8>,
    }
    let _world = World::new();
    let (array, bytes) = (db0::Array::from_iter([1.0, 2.0]), db0::Bytes::from_iter([1]));
    let (weak, dict) = (db0::WeakSet::new(), db0::Dict::from([(1, 1)]));
    let one = link(1, None);
    weak.insert(&one);
    let kinds = Memo::new(Kinds { array, bytes, weak, dict });
    let told = serde_json::to_value(kinds.export(0)).expect("plain");
    let kind = |field: &str| told[field]["kind"].as_str().map(str::to_owned);
    let kinds = ["array", "bytes", "weak", "dict"].map(|field| kind(field).unwrap_or_default());
    assert_eq!(kinds, ["Array", "Array", "WeakSet", "Dict"]);
}
