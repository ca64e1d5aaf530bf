//! `solidarity migrate`.

use sea_orm_migration::MigratorTrait as _;
use serde_json::Value;

use crate::house::database::Database;
use crate::house::program;

#[tokio::test]
async fn steps_go_up_and_down_and_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::empty(folder.path()).await;
    let variables = program::variables(&database, &folder.path().join("data"), &[]);
    let run = async |arguments: &[&str]| program::run(&variables, arguments).await.done();
    let applied = async || {
        let status: Value = serde_json::from_str(&run(&["migrate", "status", "--json"]).await).unwrap();
        let steps = status["steps"].as_array().unwrap().clone();
        (steps.iter().filter(|step| step["applied"] == true).count(), steps.len())
    };
    let all = applied().await.1;
    assert_eq!(applied().await, (0, all));
    assert_eq!(run(&["migrate", "up"]).await.lines().count(), all);
    assert_eq!(applied().await, (all, all));
    assert_eq!(run(&["migrate", "up"]).await, "nothing to be applied\n");
    let taken_back = run(&["migrate", "down", "--steps", "2"]).await;
    let newest = migration::Migrator::get_migration_files().last().unwrap().name().to_owned();
    assert_eq!(taken_back.lines().next(), Some(&*format!("taken back: {newest}")));
    assert_eq!(applied().await, (all - 2, all));
    assert!(run(&["migrate", "status"]).await.ends_with(&format!("pending  {newest}\n")));
}
