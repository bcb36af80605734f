"""Every sentence that people read, made from codes and figures."""
