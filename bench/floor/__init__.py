"""What the request road is compared with: a bare Django view under the same server and middleware."""
