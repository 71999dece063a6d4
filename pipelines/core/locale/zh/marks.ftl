# 句中各部分之间的标点。
mark-colon = ：
mark-comma = ，
mark-semicolon = ；
mark-list = 、
mark-open = （
mark-close = ）
