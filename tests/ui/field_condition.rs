//! A condition asks for values that its field can have, and is for its own class.

#[db0::memo]
struct Person {
    #[db0(index)]
    age: u32,
    #[db0(unique)]
    email: Option<String>,
}

#[db0::memo]
struct Task {
    name: String,
}

fn main() {
    let _ = Person::AGE.eq("thirty");
    let _ = Person::AGE.starts_with("3");
    let _ = Person::AGE.is_none();
    let _ = Task::NAME.is_in([1, 2]);
    let _ = db0::find::<Task>(Person::EMAIL.starts_with("ann"));
}
