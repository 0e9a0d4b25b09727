"""Pictures that prove where they come from: a signed C2PA manifest, and the certificate it is signed with."""
