//! Lookups take literals and borrowed forms, and write what the key itself would.
#![allow(clippy::needless_borrows_for_generic_args, reason = "borrowed forms are what is tested")]

use std::marker::PhantomData;

use uuid::Uuid;

use crate::codec::key::{Desc, IntoKey, Key, encode_key};

fn get<K: Key>(_keys: PhantomData<K>, query: impl IntoKey<K>) -> Vec<u8> {
    let mut out = Vec::new();
    query.write_key_of(&mut out);
    out
}

/// As a collection calls it that has only `K: Key`.
fn get_by_reference<K: Key>(key: &K) -> Vec<u8> {
    get(PhantomData::<K>, key)
}

#[test]
fn numbers_infer() {
    assert_eq!(get(PhantomData::<u64>, 30), encode_key(&30_u64));
    assert_eq!(get(PhantomData::<u8>, &30), encode_key(&30_u8));
    assert_eq!(get(PhantomData::<i128>, -30), encode_key(&-30_i128));
    assert_eq!(get(PhantomData::<f64>, 1.5), encode_key(&1.5_f64));
    assert_eq!(get(PhantomData::<f32>, -1.5), encode_key(&-1.5_f32));
    assert_eq!(get(PhantomData::<Desc<u32>>, Desc(5)), encode_key(&Desc(5_u32)));
    assert_eq!(get(PhantomData::<Option<u32>>, Some(5)), encode_key(&Some(5_u32)));
    assert_eq!(get(PhantomData::<[u32; 2]>, [5, 6]), encode_key(&[5_u32, 6]));
}

#[test]
fn text_and_bytes_are_borrowed() {
    let owned = "x".to_string();
    let key = encode_key(&owned);
    assert_eq!(get(PhantomData::<String>, "x"), key);
    assert_eq!(get(PhantomData::<String>, &owned), key);
    assert_eq!(get(PhantomData::<String>, &owned.as_str()), key);
    assert_eq!(get(PhantomData::<Box<str>>, "x"), key);
    assert_eq!(get(PhantomData::<String>, owned), key);
    let owned = vec![1_u8, 2];
    let key = encode_key(&owned);
    assert_eq!(get(PhantomData::<Vec<u8>>, &[1, 2]), key);
    assert_eq!(get(PhantomData::<Vec<u8>>, [1, 2]), key);
    assert_eq!(get(PhantomData::<Vec<u8>>, b"\x01\x02"), key);
    assert_eq!(get(PhantomData::<Vec<u8>>, owned.as_slice()), key);
    assert_eq!(get(PhantomData::<Vec<u8>>, &owned), key);
    assert_eq!(get(PhantomData::<Vec<u8>>, owned), key);
}

#[test]
fn parts_are_borrowed_too() {
    let name = "a".to_string();
    let key = (name.clone(), 3_u32);
    assert_eq!(get(PhantomData::<(String, u32)>, ("a", 3)), encode_key(&key));
    assert_eq!(get(PhantomData::<(String, u32)>, (&name, &3)), encode_key(&key));
    assert_eq!(get(PhantomData::<(String, u32)>, &key), encode_key(&key));
    assert_eq!(get_by_reference(&key), encode_key(&key));
    assert_eq!(get(PhantomData::<Option<String>>, Some("a")), encode_key(&Some(name.clone())));
    assert_eq!(get(PhantomData::<Option<String>>, None::<&str>), encode_key(&None::<String>));
    assert_eq!(get(PhantomData::<Desc<String>>, Desc("a")), encode_key(&Desc(name.clone())));
    assert_eq!(
        get(PhantomData::<[String; 2]>, ["a", "a"]),
        encode_key(&[name.clone(), name.clone()])
    );
    let deep = (Some((name, Desc(2_u8))), (Uuid::nil(),));
    let query = (Some(("a", Desc(2))), (&Uuid::nil(),));
    assert_eq!(get(PhantomData::<(Option<(String, Desc<u8>)>, (Uuid,))>, query), encode_key(&deep));
}

#[test]
fn twelve_parts() {
    type Twelve = (u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, String);
    let key: Twelve = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, "12".into());
    assert_eq!(
        get(PhantomData::<Twelve>, (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, "12")),
        encode_key(&key)
    );
}

#[test]
fn unit_bool_and_char() {
    assert_eq!(get(PhantomData::<()>, ()), encode_key(&()));
    assert_eq!(get(PhantomData::<bool>, true), encode_key(&true));
    assert_eq!(get(PhantomData::<char>, 'x'), encode_key(&'x'));
}
