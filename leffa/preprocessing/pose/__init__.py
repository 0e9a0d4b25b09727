"""Where the joints of a person are: 18 of them, in COCO-18 order.

`OpenPose` finds people by itself, with the weights that the published demo uses (non-commercial); `VitPose`
wants a box around each person, and its weights are under a permissive licence. `draw_pose` shows the result.
"""
