//! Prints an object and everything that it refers to, knowing no type: `cargo run --example untyped`.

use db0::{AnyMemo, Memo, Value};

#[db0::memo(keep)]
struct Order {
    customer: Memo<Customer>,
    items: Vec<(u32, String)>,
}

#[db0::memo]
struct Customer {
    name: String,
    city: Option<String>,
}

fn show(object: &AnyMemo, depth: usize) -> db0::Result<()> {
    println!("{:indent$}{} {}", "", object.class(), object.uuid(), indent = 2 * depth);
    for (name, value) in object.try_fields()? {
        match &value {
            Value::Reference(reference) => {
                println!("{:indent$}{name}:", "", indent = 2 * depth + 2);
                if let Some(target) = object.follow(reference)? {
                    show(&target, depth + 2)?;
                }
            }
            value => println!("{:indent$}{name}: {value}", "", indent = 2 * depth + 2),
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    db0::init(folder.path())?;
    let customer = Memo::new(Customer { name: "Ann".into(), city: None });
    let order = Memo::new(Order { customer, items: vec![(2, "tea".into()), (1, "pot".into())] });

    let any = db0::fetch_any(order.uuid())?;
    show(&any, 0)?;
    any.set("items", [(3, "tea")]);
    assert_eq!(order.read().items, [(3, "tea".to_owned())]);
    Ok(())
}
