//! Options take the values that they take.

#[db0::memo(singleton = true, name, prefix = 3, keep(yes), renamed_from = [One, Two])]
struct First {
    #[db0(index = true)]
    id: u64,
    #[db0(default("x"), tag)]
    name: String,
}

#[db0::memo(name = "", prefix = "", renamed_from = "a\nb", crate = "not a path", index = id)]
struct Second {
    id: u64,
}

#[db0::memo(name =, prefix = , index =)]
struct Third {
    #[db0(default = , tag)]
    id: String,
    #[db0(default =)]
    name: String,
}

fn main() {}
