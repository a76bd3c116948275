//! Paging with `after` neither repeats nor leaves out, while objects come and go.

use db0::{Error, Memo, Query};

use crate::common::World;

#[db0::memo(keep)]
struct Post {
    n: u32,
    score: Option<u32>,
}

fn pages(query: impl Fn() -> Query<Post>, mut between: impl FnMut(&[Memo<Post>])) -> Vec<u32> {
    let mut seen = Vec::new();
    let mut last = None;
    loop {
        let page = query();
        let page = match last {
            Some(uuid) => page.after(uuid).take(3),
            None => page.take(3),
        };
        let posts: Vec<_> = page.iter().collect();
        let Some(post) = posts.last() else { return seen };
        last = Some(post.uuid());
        seen.extend(posts.iter().map(|post| post.read().n));
        between(&posts);
    }
}

#[test]
fn pages_add_up_in_any_order() {
    let _world = World::new();
    for n in 0..20 {
        let post = Memo::new(Post { n, score: (n % 3 > 0).then_some(n * 7 % 11) });
        db0::tags(&post).add("shown");
    }
    let all = || db0::find::<Post>("shown");
    let orders: [fn(Query<Post>) -> Query<Post>; 4] = [
        |query| query,
        |query| query.sort_by(Post::SCORE),
        |query| query.sort_desc_by(Post::SCORE.nulls_last()),
        |query| query.sort_by(Post::N).sort_desc_by(Post::SCORE),
    ];
    for order in orders {
        let whole: Vec<u32> = order(all()).iter().map(|post| post.read().n).collect();
        assert_eq!(pages(|| order(all()), |_| ()), whole);
        // What has been shown may lose its place among the results.
        let untag = |posts: &[Memo<Post>]| drop(db0::tags(posts).remove("shown"));
        assert_eq!(pages(|| order(all()), untag), whole);
        db0::tags(db0::find::<Post>(())).add("shown");
    }
}

#[test]
fn who_is_deleted_has_a_place_among_what_is_not_sorted() {
    let _world = World::new();
    let posts: Vec<_> = (0..9).map(|n| Memo::new(Post { n, score: Some(20 - n) })).collect();
    let middle = posts[4].uuid();
    for _ in 0..2 {
        let _ = db0::delete(&posts[4]);
        assert_eq!(db0::find::<Post>(()).after(middle).count(), 4);
        // An empty page would be taken for the end.
        for sorted in [
            db0::find::<Post>(()).sort_by(Post::SCORE),
            db0::find::<Post>(()).sort_desc_by(Post::N).sort_by(Post::SCORE.nulls_last()),
        ] {
            let page = sorted.after(middle).try_uuids();
            assert!(matches!(page, Err(Error::Invalid(why)) if why.contains("deleted")));
        }
        db0::commit().expect("it commits");
    }
}
