//! Every problem leads to a page that explains it.

use api::problem::Kind;

use crate::house::House;

#[tokio::test]
async fn every_problem_has_a_page() {
    let house = House::open().await;
    let list = house.get("/problems").await;
    assert_eq!((list.status, list.header("content-type")), (200, "text/html; charset=utf-8"));
    for row in Kind::ALL.map(Kind::row) {
        let address = format!("/problems/{}", row.code);
        assert!(list.text().contains(&format!("href=\"{address}\"")), "{address} is not in the list");
        let page = house.get(&address).await;
        assert_eq!(
            (page.status, page.header("content-type")),
            (200, "text/html; charset=utf-8"),
            "{address}"
        );
        for text in [row.title, row.meaning, row.code, &row.status.as_u16().to_string()] {
            assert!(page.text().contains(text), "{address} does not say {text}");
        }
        assert_eq!(house.head(&address).await.status, 200);
    }
    assert_eq!(house.get("/problems/unheard_of").await.status, 404);
}

#[tokio::test]
async fn the_type_of_a_problem_is_the_address_of_its_page() {
    let house = House::open().await;
    let problem = house.get("/problems/unheard_of").await.json();
    let page = house.get(problem["type"].as_str().unwrap()).await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains(problem["title"].as_str().unwrap()));
}
