"""Parts of the embedded profile that other programs start too; importing them loads nothing of the site."""
