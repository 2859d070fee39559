"""What staff see of capture: links, forms, touches, and the leads that wait."""

from campaigns.admin.capture import adding, forms, leads, links, posts, touches, vocabulary

__all__ = ["adding", "forms", "leads", "links", "posts", "touches", "vocabulary"]
