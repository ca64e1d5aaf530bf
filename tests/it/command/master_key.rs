//! A database is opened only with the master key it was made with.

use crate::house::House;

#[tokio::test]
async fn another_master_key_is_refused() {
    let house = House::open().await;
    assert_eq!(
        house.solidarity(&["publish", "rebuild"]).await.done(),
        "0 records: 0 documents written, 0 taken away\n"
    );

    let key = "a0".repeat(32);
    for arguments in [&["publish", "rebuild"][..], &["serve", "--listen", "127.0.0.1:0"]] {
        let outcome = house.solidarity_with(arguments, &[("SOLIDARITY_MASTER_KEY", &key)]).await;
        assert_eq!((outcome.code, &*outcome.stdout), (Some(1), ""));
        let told =
            "was made with another master key than the one in the setting master_key (SOLIDARITY_MASTER_KEY)";
        assert!(outcome.stderr.contains(told) && !outcome.stderr.contains(&key), "{}", outcome.stderr);
    }

    let other = tempfile::tempdir().unwrap();
    let path = other.path().to_str().unwrap();
    let outcome = house.solidarity_with(&["publish", "rebuild"], &[("SOLIDARITY_DATA_DIR", path)]).await;
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome.stderr.contains("give it the data folder (data_dir) it was made with"),
        "{}",
        outcome.stderr
    );
    let file = other.path().join("master.key");
    assert!(!file.exists(), "a key that fits nothing was made");

    std::fs::write(&file, &key).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let rights = |mode| std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        rights(0o644);
        let outcome = house.solidarity_with(&["publish", "rebuild"], &[("SOLIDARITY_DATA_DIR", path)]).await;
        assert_eq!(outcome.code, Some(1));
        assert!(outcome.stderr.contains("can be read by everybody"), "{}", outcome.stderr);
        rights(0o600);
    }
    let outcome = house.solidarity_with(&["publish", "rebuild"], &[("SOLIDARITY_DATA_DIR", path)]).await;
    assert_eq!(outcome.code, Some(1));
    let told = format!("than the one in the file {}", file.display());
    assert!(outcome.stderr.contains(&told), "{}", outcome.stderr);
}
