//! Only keys can be indexed.

#[derive(Clone, serde::Serialize, serde::Deserialize)]
struct Point {
    x: f64,
}

#[db0::memo]
struct Place {
    #[db0(index)]
    point: Point,
    name: String,
}

#[db0::memo(index = (name, point))]
struct Other {
    name: String,
    point: Point,
}

fn main() {}
